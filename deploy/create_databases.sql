-- Run once by the postgres image, on an empty volume: a role for each database, which owns it and nothing else.
-- The passwords come from the environment, so that no argument and no file holds them.
\set ON_ERROR_STOP on
\getenv airflow_password AIRFLOW_DB_PASSWORD
\getenv warehouse_password WAREHOUSE_DB_PASSWORD

create role airflow login nosuperuser nocreatedb nocreaterole password :'airflow_password';
create role warehouse login nosuperuser nocreatedb nocreaterole password :'warehouse_password';

create database airflow owner airflow;
create database warehouse owner warehouse;

-- Neither role reaches the other's database, nor the superuser's.
revoke connect, temporary on database airflow from public;
revoke connect, temporary on database warehouse from public;
revoke connect, temporary on database postgres from public;
revoke connect, temporary on database template1 from public;

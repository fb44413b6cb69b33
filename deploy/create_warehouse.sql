-- Run once by the postgres image, on an empty volume: the warehouse beside Airflow's own database.
create database warehouse owner airflow;

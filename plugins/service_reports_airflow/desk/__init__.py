"""The operators' page «Informes»: its data, the script that shows them, and what Airflow is told of both."""

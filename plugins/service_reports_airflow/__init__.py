"""Where the product meets Airflow: hooks, stores behind connections, the timetable, the steps of a DAG."""

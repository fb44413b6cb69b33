"""Where the product meets Airflow.

``dag_parts`` is what DAG files load, ``steps`` what their tasks do; ``contracts``, ``stores`` and
``oci_hook`` are how steps reach what is outside. ``timetable`` and ``triggers`` stay where they are:
Airflow's database holds their dotted names.
"""

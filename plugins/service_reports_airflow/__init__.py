"""Where the product meets Airflow.

``dag_parts`` is what DAG files load, ``steps`` what their tasks do; ``stores`` is what steps reach, passed to
them. What opens it, and what both say to people (``answers``, ``runs``), stands below. ``timetable`` and ``triggers``
stay where they are: Airflow's database holds their dotted names.
"""

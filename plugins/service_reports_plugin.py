"""What Airflow loads of this product: the timetable of cut-offs."""

from airflow.plugins_manager import AirflowPlugin

from service_reports_airflow.timetable import CutOffTimetable


class ServiceReportsPlugin(AirflowPlugin):
    """Registers the timetable."""

    name = "service_reports"
    timetables = [CutOffTimetable]  # noqa: RUF012 (Airflow's own convention)

"""What Airflow loads of this product: the timetables, the operators' page, and what its web server lacks."""

from airflow.plugins_manager import AirflowPlugin

from service_reports_airflow.desk.mount import FASTAPI_APPS, REACT_APPS
from service_reports_airflow.timetable import CronInWords, CutOffTimetable
from service_reports_airflow.web_hardening import SecurityHeaders, WrongPasswordLimit


class ServiceReportsPlugin(AirflowPlugin):
    """Registers the timetables, the page «Informes» and the middlewares; the last one is the outermost."""

    name = "service_reports"
    timetables = [CutOffTimetable, CronInWords]  # noqa: RUF012 (Airflow's own convention)
    fastapi_apps = FASTAPI_APPS
    react_apps = REACT_APPS
    fastapi_root_middlewares = [  # noqa: RUF012
        {"name": "Limit on wrong passwords", "middleware": WrongPasswordLimit},
        {"name": "Security headers", "middleware": SecurityHeaders},
    ]

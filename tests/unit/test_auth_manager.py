"""Who may answer a question that names its users."""

from __future__ import annotations

from airflow.providers.fab.auth_manager.models import User

from service_reports_airflow.auth_manager import NamedUsersFabAuthManager


def test_users_who_are_asked_are_known_by_their_names_and_by_no_number() -> None:
    manager = NamedUsersFabAuthManager.__new__(NamedUsersFabAuthManager)  # it needs no application to tell
    asked = {"lider", "7"}
    assert manager.is_authorized_hitl_task(assigned_users=asked, user=User(id=1, username="lider"))
    assert not manager.is_authorized_hitl_task(assigned_users=asked, user=User(id=7, username="otra"))

"""Roles and users of Airflow's FAB auth manager, as its own database holds them."""

from __future__ import annotations

from collections.abc import Mapping

from airflow.providers.fab.auth_manager.models import Role, User
from airflow.utils.session import create_session


def rights_of_roles() -> Mapping[str, frozenset[tuple[str, str]]]:
    """The rights of each role, as (action, resource)."""
    with create_session() as session:
        return {
            role.name: frozenset((each.action.name, each.resource.name) for each in role.permissions)
            for role in session.query(Role)
        }


def active_users() -> frozenset[str]:
    """The names of those who can log in."""
    with create_session() as session:
        return frozenset(user.username for user in session.query(User).filter(User.active.is_(True)))

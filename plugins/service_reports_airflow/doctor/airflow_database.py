"""Pools, and roles and users of the FAB auth manager, as Airflow's own database holds them."""

from __future__ import annotations

from collections.abc import Mapping

from airflow.models.pool import Pool
from airflow.providers.fab.auth_manager.models import Role, User
from airflow.utils.session import create_session


def pools() -> frozenset[str]:
    """The names of the pools there are."""
    with create_session() as session:
        return frozenset(name for (name,) in session.query(Pool.pool))


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

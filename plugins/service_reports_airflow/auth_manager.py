"""Who may answer a question that names its users, under the FAB auth manager: the users of these names.

Airflow compares ids, which FAB counts from a sequence that no contract can know and no task can ask for; a user's name
is what a contract's ``approvers`` lists, and what the register keeps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.fab.auth_manager.fab_auth_manager import FabAuthManager

if TYPE_CHECKING:
    from airflow.providers.fab.auth_manager.models import User


class NamedUsersFabAuthManager(FabAuthManager):
    """FAB's, but users who are asked by name are known by their name. Set as ``[core] auth_manager``."""

    def is_authorized_hitl_task(self, *, assigned_users: set[str], user: User) -> bool:
        """Whether this user is one of those who are asked; called where a question names somebody."""
        return user.get_name() in assigned_users

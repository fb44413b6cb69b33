"""Brings Airflow's database up to date, with its first administrator, what the roles may see, and our pools.

All in one process: each of Airflow's commands takes four seconds of a processor to begin. What is there stays.

AIRFLOW_ADMIN_PASSWORD   of the administrator, where there is none yet
"""

from __future__ import annotations

import os

from airflow.cli.cli_parser import get_parser
from create_pools import main as create_pools

ADMINISTRATOR = {
    "--role": "Admin",
    "--username": "admin",
    "--firstname": "Administración",
    "--lastname": "AIRE",
    "--email": "admin@example.com",
}


def airflow(*words: str) -> None:
    """A command of Airflow; no other process sees its words, which may be secret."""
    arguments = get_parser().parse_args(words)
    arguments.func(arguments)


def main() -> None:
    """Do it; each part fails with what Airflow's command says."""
    airflow("db", "migrate")
    described = [word for pair in ADMINISTRATOR.items() for word in pair]
    airflow("users", "create", *described, "--password", os.environ["AIRFLOW_ADMIN_PASSWORD"])
    airflow("roles", "add-perms", "Viewer", "User", "--action", "can_read", "--resource", "Plugins")
    create_pools()


if __name__ == "__main__":
    main()

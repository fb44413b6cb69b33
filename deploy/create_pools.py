"""Creates the pools that our tasks run in, where there is none of that name: what an operator has changed stays."""

from __future__ import annotations

from airflow.models.pool import Pool
from airflow.utils.session import create_session

from service_reports_airflow.dag_parts.pools import POOLS


def main() -> None:
    """Create them."""
    with create_session() as session:
        for pool in POOLS:
            if Pool.get_pool(pool.name, session=session) is None:
                session.add(
                    Pool(pool=pool.name, slots=pool.slots, description=pool.description, include_deferred=False)
                )
                print(f"{pool.name}: {pool.slots}")


if __name__ == "__main__":
    main()

"""Puts connections from standard input into Airflow, encrypted; nothing is written anywhere else.

Reads a JSON object of connections by id, as ``airflow connections export`` writes them. One that is there is replaced.

python import_connections.py < connections.json
"""

from __future__ import annotations

import json
import sys


def main() -> int:
    """Import them all, or none."""
    from airflow.models import Connection
    from airflow.utils.session import create_session

    try:
        given = json.load(sys.stdin)
        connections = [Connection.from_json(json.dumps(fields), conn_id=name) for name, fields in given.items()]
    except (ValueError, AttributeError, TypeError) as error:
        print(
            f"No se importó ninguna conexión: la entrada no es un objeto JSON de conexiones ({error})", file=sys.stderr
        )
        return 1
    with create_session() as session:
        for connection in connections:
            for replaced in session.query(Connection).filter_by(conn_id=connection.conn_id):
                session.delete(replaced)
            session.flush()
            session.add(connection)
    print("\n".join(sorted(given)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

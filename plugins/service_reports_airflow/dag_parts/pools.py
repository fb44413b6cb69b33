"""Airflow's pools that are ours: of some tasks only so many run at once, however many workers there are.

Light: DAG files load it. ``deploy/create_pools.py`` makes them; an operator may give them other slots.
"""

from __future__ import annotations

from typing import NamedTuple


class Pool(NamedTuple):
    """A pool by its name, with the slots that it begins with."""

    name: str
    slots: int
    description: str


OCI = Pool("oci", 3, "Lecturas de OCI a la vez: cada servicio responde unas diez solicitudes por segundo y tenancy")
MAIL = Pool("mail", 2, "Envíos a la vez: los servidores de correo limitan las sesiones de un mismo remitente")
POOLS = (OCI, MAIL)

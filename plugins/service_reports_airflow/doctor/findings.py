"""What was found of one point of an installation, and what that means: pure, in the words that operators read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

State = Literal["well", "mend", "untold"]
"""It is as it must be; somebody must mend it; it cannot be told from here."""
SHOWN: Mapping[State, str] = {"well": "bien", "mend": "POR ARREGLAR", "untold": "sin saber"}
LONGEST = 700
MOST_CLOCK_DIFFERENCE = timedelta(minutes=2)
LEAST_SECRET_LETTERS = 16
WELL_KNOWN_SECRETS = frozenset({"temporary_key", "airflow", "secret", "changeme", "change_me"})
OF_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
SERVER_PAGE = "docs/server.md"
PAGE_ROLES = ("Viewer", "User")
"""Airflow's own roles whose people read «Informes»."""
PAGE_RIGHT = ("can_read", "Plugins")


@dataclass(frozen=True)
class Finding:
    """One point, its state, what was found, and what to do where somebody must; Spanish, each in one line."""

    point: str
    state: State
    words: str
    remedy: str = ""

    def __post_init__(self) -> None:
        for name in ("point", "words", "remedy"):
            text = " ".join(getattr(self, name).split())
            object.__setattr__(self, name, text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
        assert self.remedy or self.state == "well", f"{self.point}: what is not well has a remedy"

    def __str__(self) -> str:
        """As the terminal shows it."""
        line = f"{SHOWN[self.state]:<13} {self.point}: {self.words}"
        return f"{line}\n{'':<13} → {self.remedy}" if self.remedy else line

    @property
    def fields(self) -> Mapping[str, str]:
        """As a program reads it."""
        return asdict(self)


def total(findings: Collection[Finding]) -> str:
    """How many points there are of each state."""
    counts = {state: sum(each.state == state for each in findings) for state in SHOWN}
    return ", ".join([f"{len(findings)} puntos", *(f"{counts[state]} {SHOWN[state].lower()}" for state in SHOWN)])


def broken_off(point: str, told: str, remedy: str) -> Finding:
    """What an error tells: its first line, the remedy that it names in one that begins with an arrow, and the rest.

    ``remedy`` is for one that names none.
    """
    what, arrow, rest = told.partition("→")
    named, _, said = rest.partition("\n")
    named = named.replace("; después limpie esta tarea", "").strip()
    said = " ".join(said.split())
    words = f"{what.strip()} ({said})" if said else what
    return Finding(point, "mend", words, named if arrow and named else remedy)


def base_url(address: str | None) -> Finding:
    """Whether Airflow knows the address at which people reach it: links in alerts begin with it."""
    point, remedy = (
        "Dirección de la interfaz ([api] base_url)",
        "ponga en AIRFLOW__API__BASE_URL, para scheduler y api-server, la dirección pública: https://…",
    )
    if not address:
        return Finding(point, "mend", "no está puesta: los enlaces de los avisos llevan a localhost", remedy)
    parts = urlsplit(address)
    if parts.hostname is None or parts.hostname in OF_THIS_MACHINE:
        return Finding(point, "mend", f"es {address}: solo sirve en el servidor mismo", remedy)
    if parts.scheme != "https":
        return Finding(point, "mend", f"es {address}, sin TLS: nadie puede iniciar sesión", remedy)
    return Finding(point, "well", address)


def secret(setting: str, variable: str, value: str | None, default: str | None) -> Finding:
    """Whether a secret of Airflow is set, and not to what anybody knows; its value is told nowhere."""
    point = f"Secreto {setting}"
    remedy = f"ponga en {variable} un texto largo al azar, el mismo en todos los componentes, como dice {SERVER_PAGE}"
    if not value or value == default:
        return Finding(point, "mend", "no está puesto: cada proceso usa otro, o ninguno", remedy)
    if value.lower() in WELL_KNOWN_SECRETS or len(value) < LEAST_SECRET_LETTERS:
        return Finding(point, "mend", "es uno que se adivina", remedy)
    return Finding(point, "well", "está puesto")


class Rights(NamedTuple):
    """What a role may do in its database; ``others``: schemas that hold what belongs to a role it is not of."""

    role: str
    superuser: bool
    beyond_its_database: bool
    may_create: bool
    others: Sequence[str]


def rights(point: str, held: Rights, airflow_role: str | None) -> Finding:
    """Whether a role can do what migrations need, and no more; ``airflow_role`` owns Airflow's own database there."""
    own = f"cree un rol propio, dueño de esta base y de nada más, como en deploy/create_databases.sql ({SERVER_PAGE})"
    if held.superuser:
        return Finding(point, "mend", f"el rol «{held.role}» es superusuario", own)
    if held.role == airflow_role:
        return Finding(point, "mend", f"el rol «{held.role}» es también el de la base de Airflow", own)
    if held.others:
        schemas = ", ".join(held.others)
        remedy = f"hágalo dueño: reassign owned by <rol anterior> to {held.role}"
        return Finding(point, "mend", f"hay objetos de otro rol en {schemas}: «{held.role}» no podrá migrarlos", remedy)
    if not held.may_create:
        remedy = f"alter database <base> owner to {held.role}; grant create on schema public to {held.role}"
        return Finding(point, "mend", f"el rol «{held.role}» no puede crear esquemas y tablas: migrar fallará", remedy)
    if held.beyond_its_database:
        remedy = f"alter role {held.role} nocreaterole nocreatedb"
        return Finding(point, "mend", f"el rol «{held.role}» puede crear roles o bases de datos", remedy)
    return Finding(point, "well", f"el rol «{held.role}» puede migrar su base, y no es superusuario")


def register(point: str, open_findings: Sequence[object]) -> Finding:
    """Whether what was issued can still be proved, as far as it was verified: the findings that stand, unexplained."""
    if not open_findings:
        return Finding(point, "well", "lo que se ha comprobado está como se registró")
    count = "1 hallazgo sigue" if len(open_findings) == 1 else f"{len(open_findings)} hallazgos siguen"
    remedy = "no borre ni edite nada; siga docs/register.md («The daily check»)"
    return Finding(point, "mend", f"{count} en pie: {open_findings[0]}", remedy)


def retention(point: str, held: int | None, wanted: int | None, *, by_oracle: bool, bucket: str) -> Finding:
    """Whether a bucket keeps what is put into it: days of its Object Lock, and those that the connection asks for."""
    if by_oracle and wanted is None:
        look = f"oci os retention-rule list --bucket-name {bucket}"
        words = "la API S3 de OCI no dice las reglas de retención del bucket"
        return Finding(point, "untold", words, f"mire que haya una, bloqueada, con: {look}")
    if held is None or held < (wanted or 0):
        asked = "" if wanted is None else f"; la conexión pide {wanted} (retention_days)"
        return Finding(
            point,
            "mend",
            f"la retención por Object Lock de «{bucket}» es de {held or 0} días{asked}",
            "cree el bucket con Object Lock y una retención por omisión en modo compliance (docs/register.md)",
        )
    return Finding(point, "well", f"Object Lock guarda {held} días")


def clock(point: str, theirs: datetime | None, ours: datetime) -> Finding:
    """Whether this machine's clock agrees with that of whoever answered; instants are aware."""
    if theirs is None:
        return Finding(point, "untold", "la respuesta no trae su hora", "compare el reloj con otro: timedatectl status")
    ahead = ours - theirs
    seconds = round(abs(ahead).total_seconds())
    if abs(ahead) > MOST_CLOCK_DIFFERENCE:
        way = "adelantado" if ahead > timedelta(0) else "atrasado"
        words = (
            f"el reloj de este servidor está {way} {seconds} s respecto al de quien responde ({theirs:%Y-%m-%dT%H:%MZ})"
        )
        return Finding(
            point, "mend", words, "sincronícelo por NTP (timedatectl set-ntp true): las firmas de OCI y S3 lo exigen"
        )
    return Finding(point, "well", f"difiere {seconds} s")


def key_left(point: str, signer: str, algorithm: str, until: datetime, now: datetime, warned_days: int) -> Finding:
    """Whether a key that can sign will go on to."""
    left = (until - now).days
    words = f"{signer}, {algorithm}, cadena completa, vence el {until:%Y-%m-%d}: faltan {left} días"
    if left <= warned_days:
        return Finding(
            point, "mend", words, "pida la renovación y cargue el certificado nuevo en la conexión o el token"
        )
    return Finding(point, "well", words)


def oci_refused(point: str, status: int, code: str, statement: str) -> Finding | None:
    """What it means that OCI refuses a read; ``None`` where that is no matter of who asks.

    OCI answers 404 where a policy lacks, as well as where there is nothing.
    """
    if status == HTTPStatus.UNAUTHORIZED:
        remedy = "revise usuario, fingerprint y llave de la conexión, que la llave esté activa, y el reloj del servidor"
        return Finding(point, "mend", f"OCI no reconoce a quien pregunta: {status} {code}", remedy)
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        words = f"OCI no deja leer: {status} {code}"
        remedy = f"agregue a la política de la tenancy «{statement}», y revise los OCID del contrato y la región"
        return Finding(point, "mend", words, remedy)
    return None


def pools(point: str, wanted: Iterable[str], held: Collection[str]) -> Finding:
    """Whether the pools that tasks run in are there: a task of one that is not waits for ever."""
    lacking = sorted(set(wanted).difference(held))
    if lacking:
        words = f"no existen: {', '.join(lacking)}; las tareas que los piden esperan sin fin"
        return Finding(point, "mend", words, "créelos con: python deploy/create_pools.py")
    return Finding(point, "well", "existen los que piden las tareas")


def page_rights(point: str, held: Mapping[str, Collection[tuple[str, str]]]) -> Finding:
    """Whether Airflow's roles, with their rights (action, resource), read the page «Informes»."""
    lacking = [role for role in PAGE_ROLES if role in held and PAGE_RIGHT not in held[role]]
    if lacking:
        remedy = f"airflow roles add-perms {' '.join(lacking)} --action {PAGE_RIGHT[0]} --resource {PAGE_RIGHT[1]}"
        return Finding(point, "mend", f"{', '.join(lacking)} no tienen «Informes» en su menú", remedy)
    return Finding(point, "well", "leen «Informes»")


def approvers(point: str, named: Iterable[str], users: Collection[str]) -> Finding:
    """Whether those who approve a contract's reports are users who can log in."""
    unknown = sorted(set(named).difference(users))
    if unknown:
        remedy = "cree o active esos usuarios en Airflow (airflow users create), o corrija `approvers` en el contrato"
        return Finding(point, "mend", f"no son usuarios activos: {', '.join(unknown)}", remedy)
    return Finding(point, "well", "son usuarios activos")


def as_json(findings: Sequence[Finding]) -> Mapping[str, Any]:
    """All findings, as a program reads them."""
    return {"well": all(each.state != "mend" for each in findings), "findings": [each.fields for each in findings]}

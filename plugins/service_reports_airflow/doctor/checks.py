"""The looks at an installation, each by itself: what is outside is asked through the stores that the steps use.

Sources are asked by their own declarations (``FEEDS``), as a collection asks them, for one day and with a ledger that
remembers nothing: a look reads, and what it reads is dropped.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from airflow.sdk._shared.secrets_masker import redact
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowFailException
from botocore.exceptions import ClientError
from oci.exceptions import ServiceError

from service_reports import register
from service_reports.checks.observation import Observation
from service_reports.contracts import Contract, ContractFile
from service_reports.delivery import RefusedForGood
from service_reports.failures import in_spanish
from service_reports.sources import FEEDS
from service_reports.sources.source import Asked, Feed, Stamps, Unread, Window
from service_reports.spooled import FOLDER
from service_reports.warehouse.statements import statement
from service_reports_airflow.contracts import tenancies
from service_reports_airflow.dag_parts.pools import POOLS
from service_reports_airflow.doctor import findings
from service_reports_airflow.doctor.findings import SERVER_PAGE, Finding
from service_reports_airflow.steps.signing_keys import STEPS
from service_reports_airflow.stores import ARCHIVE, STORES, TIME_STAMPS, WAREHOUSE, Stores, postgres
from service_reports_airflow.webhooks import greet

AT_ONCE = 8
"""Looks that wait for an answer at the same time."""
PATIENCE_SECONDS = 120.0
"""For one look; clients of stores give up earlier by themselves."""
MOST_ANSWERS = 2
"""Of a feed: a help desk tells of tickets and of hours; what is behind the second proves nothing more."""
TRIED = b"service-reports doctor\n"
"""Kept in the archive once, by its hash: every later look finds it there."""
BY_ORACLE = ".oraclecloud.com"
MEND_CONNECTION = f"corrija la conexión como dice {SERVER_PAGE}"


class Look(NamedTuple):
    """A look at one point; ``remedy`` is said where it breaks off over an error that names none.

    ``policy`` is the statement without which OCI refuses it.
    """

    point: str
    look: Callable[[], Finding]
    remedy: str = MEND_CONNECTION
    policy: str = ""


@dataclass(frozen=True)
class NoMemory:
    """A ledger of a look: nothing came before it, and nothing is kept of it."""

    def loaded(self, source: str, scope: str, names: Iterable[str]) -> frozenset[tuple[str, str | None]]:
        """None."""
        return frozenset()

    def of_run(self, source: str, scope: str) -> frozenset[tuple[str, str | None]]:
        """None."""
        return frozenset()

    def note_listing(self, source: str, scope: str, days: Window) -> None:
        """Not kept."""

    def oldest_missed(self, source: str, scope: str, names: Sequence[str], days: Window) -> date | None:
        """None."""
        return None

    def days_lacking_hours(self, contract_id: str, days: Window) -> Mapping[tuple[str, str, str], Mapping[date, int]]:
        """None."""
        return {}

    def concluded_reports(self, contract_id: str) -> frozenset[str]:
        """None."""
        return frozenset()

    def oldest_unfinished_backup(self, contract_id: str) -> date | None:
        """None."""
        return None

    def oldest_open_ticket(self, contract_id: str) -> date | None:
        """None."""
        return None

    def read_before(self, source: str, scope: str, sha256: str) -> Mapping[str, datetime]:
        """Never."""
        return {}

    def archive(self, content: bytes) -> None:
        """Not kept."""

    def stamps(self, tenancy_ocid: str) -> Stamps | None:
        """Not known."""
        return None

    def note_stamps(self, tenancy_ocid: str, stamps: Stamps | None, evidence: Mapping[str, object]) -> None:
        """Not kept."""

    def observe(self, found: Observation) -> None:
        """Not kept."""


def examined(looks: Iterable[Look], patience_seconds: float = PATIENCE_SECONDS) -> Iterator[Finding]:
    """The finding of each look, in their order; one that fails or hangs stops no other."""
    with ThreadPoolExecutor(AT_ONCE) as workers:
        yield from workers.map(partial(_in_time, patience_seconds=patience_seconds), looks)


def _in_time(look: Look, patience_seconds: float) -> Finding:
    """A look in a thread that ends with the process, so that one that hangs is left behind."""
    ended: Future[Finding] = Future()
    threading.Thread(target=lambda: ended.set_result(_found(look)), daemon=True).start()
    try:
        return ended.result(patience_seconds)
    except TimeoutError:
        words = f"no respondió en {patience_seconds:.0f} s"
        return Finding(look.point, "mend", words, f"revise la red y que el servicio responda; {look.remedy}")


def _found(look: Look) -> Finding:
    try:
        return look.look()
    except Exception as error:  # noqa: BLE001 (whatever it is, it is what was found)
        refused = _cause(error, ServiceError)
        if refused is not None and look.policy:
            told = findings.oci_refused(look.point, refused.status, str(refused.code), look.policy)
            if told is not None:
                return told
        remedy = error.remedy if isinstance(error, RefusedForGood) else look.remedy
        words = str(error) if isinstance(error, AirflowFailException) else in_spanish(error)
        return findings.broken_off(look.point, str(redact(words)), remedy)


def _cause(error: BaseException | None, kind: type[BaseException]) -> Any:  # noqa: ANN401 (the SDK types nothing)
    """The error of this kind that an error was raised over."""
    while error is not None and not isinstance(error, kind):
        error = error.__context__
    return error


def looks(stores: Stores = STORES, now: datetime | None = None) -> list[Look]:
    """Every look at this installation, as its contracts make it; they are read at once, as who is told of all."""
    now = now or datetime.now(UTC)
    folder = Look("Carpeta de contratos", partial(_contracts_folder, stores), "corrija SERVICE_REPORTS_CONTRACTS")
    try:
        files = stores.contract_files()
    except Exception:  # noqa: BLE001 (the look at the folder tells it)
        files = ()
    held = tuple(file.contract for file in files if file.contract is not None)
    return [
        folder,
        *(Look(f"Contrato {file.name}", partial(_contract_file, file)) for file in files),
        *_settings(),
        *_folders(),
        *_pools(),
        *_roles(held),
        *_warehouse(),
        *_archive(stores),
        *_tenancies(held, stores, now),
        *_contract_sources(held, stores, now),
        *_signing_keys(held, stores, now),
        *_mail(held, stores),
        *_webhooks(held, stores),
        Look(f"Sellos de tiempo («{TIME_STAMPS}»)", partial(_time_stamps, stores)),
    ]


def _contracts_folder(stores: Stores) -> Finding:
    point, files = "Carpeta de contratos", stores.contract_files()
    if not files:
        remedy = "deje allí el archivo de cada contrato (docs/contracts.md), o corrija SERVICE_REPORTS_CONTRACTS"
        return Finding(point, "mend", "no tiene contratos", remedy)
    return Finding(point, "well", f"{len(files)} archivos")


def _contract_file(file: ContractFile) -> Finding:
    point = f"Contrato {file.name}"
    if file.contract is None:
        remedy = "corrija el archivo y compruébelo con: service-reports contract check"
        return Finding(point, "mend", str(file.error), remedy)
    return Finding(point, "well", f"{file.contract.id}, {len(file.contract.reports)} informes")


def _settings() -> Iterator[Look]:
    yield Look("Dirección de la interfaz", lambda: findings.base_url(conf.get("api", "base_url", fallback=None)))
    for section, key in (("api", "secret_key"), ("api_auth", "jwt_secret"), ("core", "fernet_key")):
        variable = f"AIRFLOW__{section.upper()}__{key.upper()}"
        yield Look(f"Secreto [{section}] {key}", partial(_secret, section, key, variable))


def _secret(section: str, key: str, variable: str) -> Finding:
    from airflow.configuration import conf as with_defaults

    default = with_defaults.get_default_value(section, key)
    value = conf.get(section, key, fallback=None)
    return findings.secret(f"[{section}] {key}", variable, value, default)


def _folders() -> Iterator[Look]:
    for what, folder in (
        ("registros de Airflow", Path(conf.get("logging", "base_log_folder"))),
        ("archivos temporales", Path(tempfile.gettempdir())),
        ("objetos de informes de costos", Path(FOLDER)),
    ):
        point = f"Carpeta de {what} ({folder})"
        yield Look(point, partial(writable, point, folder))


def writable(point: str, folder: Path) -> Finding:
    """Whether files can be made in a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(TRIED)
            file.flush()
    except OSError as error:
        remedy = f"cree la carpeta, con espacio libre y permiso de escritura para el usuario de Airflow: {folder}"
        return Finding(point, "mend", f"no se puede escribir ({error.strerror})", remedy)
    return Finding(point, "well", "se puede escribir")


AIRFLOW_ANSWERS = "revise que la base de Airflow responda (airflow db check)"


def _pools() -> Iterator[Look]:
    point = "Pools de Airflow"

    def held() -> Finding:
        from service_reports_airflow.doctor.airflow_database import pools

        return findings.pools(point, [pool.name for pool in POOLS], pools())

    yield Look(point, held, AIRFLOW_ANSWERS)


def _roles(held: Sequence[Contract]) -> Iterator[Look]:
    point = "Roles de Airflow"
    manager = conf.get("core", "auth_manager", fallback="")
    if not manager.endswith("FabAuthManager"):
        words = f"{manager.rpartition('.')[2] or 'el gestor de acceso'} no los dice"
        look = "entre con un usuario de cada rol y mire que «Informes» esté en su menú"
        yield Look(point, lambda: Finding(point, "untold", words, look))
        return
    yield Look(point, partial(_page_rights, point), AIRFLOW_ANSWERS)
    for contract in held:
        if contract.approvers:
            of = f"Quienes aprueban {contract.id}"
            yield Look(of, partial(_approvers, of, contract.approvers), AIRFLOW_ANSWERS)


def _page_rights(point: str) -> Finding:
    from service_reports_airflow.doctor.airflow_database import rights_of_roles

    return findings.page_rights(point, rights_of_roles())


def _approvers(point: str, named: Sequence[str]) -> Finding:
    from service_reports_airflow.doctor.airflow_database import active_users

    return findings.approvers(point, named, active_users())


def _warehouse() -> Iterator[Look]:
    point = f"Base de datos («{WAREHOUSE}»)"

    def rights() -> Finding:
        with postgres(WAREHOUSE) as db:
            row = db.execute(statement("doctor/rights")).fetchone()
            assert row is not None
            return findings.rights(point, findings.Rights(*row), _airflow_role(db.info.host, db.info.port))

    def verified() -> Finding:
        with postgres(WAREHOUSE) as db:
            known = db.execute("select to_regclass('register.verified_part')").fetchone() != (None,)
            return findings.register(of_register, register.open_findings(db) if known else [])

    of_register = "Registro de lo emitido"
    yield Look(point, rights)
    yield Look(of_register, verified)


def _airflow_role(host: str, port: int) -> str | None:
    """The role that opens Airflow's own database, where that is on this server; of any other nothing is said."""
    from sqlalchemy.engine import make_url

    url = make_url(conf.get("database", "sql_alchemy_conn", fallback="sqlite://"))
    at = str(url.host or url.query.get("host", ""))
    return url.username if url.drivername.startswith("postgres") and (at, url.port or 5432) == (host, port) else None


def _archive(stores: Stores) -> Iterator[Look]:
    writes, keeps, time = (f"Archivo («{ARCHIVE}»): {what}" for what in ("escritura", "retención", "reloj"))

    def overwriting() -> Finding:
        with stores.archive() as archive:
            if archive.refuses_to_overwrite():
                return Finding(writes, "well", f"«{archive.bucket}» crea objetos y no los sobrescribe")
            remedy = "use un almacenamiento S3 que cumpla If-None-Match: * al escribir (OCI, AWS, MinIO)"
            return Finding(writes, "mend", f"«{archive.bucket}» sobrescribe lo que ya tiene", remedy)

    def retention() -> Finding:
        wanted = stores.archive_retention_days()
        with stores.archive() as archive:
            host = urlsplit(str(archive.client.meta.endpoint_url)).hostname or ""
            by_oracle = host.endswith(BY_ORACLE)
            return findings.retention(
                keeps, archive.retention_days(), wanted, by_oracle=by_oracle, bucket=archive.bucket
            )

    def clock() -> Finding:
        with stores.archive() as archive, stores.reaching(ARCHIVE, str(archive.client.meta.endpoint_url)):
            try:
                answer = archive.client.head_bucket(Bucket=archive.bucket)
            except ClientError as error:  # whoever refuses tells the time, too
                answer = error.response
            return findings.clock(time, _date(answer["ResponseMetadata"].get("HTTPHeaders", {})), datetime.now(UTC))

    bucket = f"cree el bucket, y dé a la llave permiso de leer y escribir en él ({SERVER_PAGE})"
    yield Look(writes, overwriting, bucket)
    yield Look(keeps, retention, bucket)
    yield Look(time, clock)


def _date(headers: Mapping[str, str]) -> datetime | None:
    """The instant of an answer's ``Date``, whose resolution is a second."""
    try:
        return parsedate_to_datetime(headers.get("date") or headers.get("Date") or "")
    except ValueError:
        return None


def _tenancies(held: Sequence[Contract], stores: Stores, now: datetime) -> Iterator[Look]:
    for tenancy in tenancies(held):
        connection, ocid = tenancy["connection"], tenancy["tenancy_ocid"]
        here = tuple(each for each in held if (each.oci.connection, each.oci.tenancy_ocid) == (connection, ocid))
        point = f"OCI («{connection}»): reloj"
        yield Look(point, partial(_oci_clock, point, connection, stores))
        for feed in FEEDS.values():
            if feed.scope == "tenancy" and (naming := tuple(each for each in here if feed.named(each))):
                yield _reading(f"OCI («{connection}»)", feed, ocid, naming[:1], stores, now)


def _oci_clock(point: str, connection: str, stores: Stores) -> Finding:
    hook = stores.oci(connection)
    with stores.reaching(connection, hook.endpoint):
        try:
            headers = hook.object_storage().get_namespace().headers
        except ServiceError as error:
            headers = error.headers
    return findings.clock(point, _date(headers or {}), datetime.now(UTC))


def _contract_sources(held: Sequence[Contract], stores: Stores, now: datetime) -> Iterator[Look]:
    for contract in held:
        for feed in FEEDS.values():
            if feed.scope == "contract" and feed.named(contract):
                yield _reading(contract.id, feed, contract.id, (contract,), stores, now)


def _reading(of: str, feed: Feed, scope: str, contracts: tuple[Contract, ...], stores: Stores, now: datetime) -> Look:
    point = f"{of}: {feed.brings}"
    return Look(point, partial(_read, point, feed, scope, contracts, stores, now), policy=feed.policy)


def _read(
    point: str, feed: Feed, scope: str, contracts: tuple[Contract, ...], stores: Stores, now: datetime
) -> Finding:
    """What comes of asking a feed for yesterday."""
    yesterday = (now - timedelta(days=1)).date()
    asked = Asked(
        scope=scope,
        connection=contracts[0].oci.connection,
        contracts=contracts,
        days=Window(yesterday, yesterday),
        stores=stores,
        ledger=NoMemory(),
        by_hand=True,
    )
    answers = list(islice(feed.collect(asked), MOST_ANSWERS))
    unread = next((answer for answer in answers if isinstance(answer, Unread)), None)
    if unread is not None:
        return findings.broken_off(point, str(redact(unread.reason)), MEND_CONNECTION)
    return Finding(point, "well", "responde" if answers else f"responde; del {yesterday} no hay nada")


def _signing_keys(held: Sequence[Contract], stores: Stores, now: datetime) -> Iterator[Look]:
    for connection, contract in {each.signing.connection: each for each in held}.items():
        point = f"Clave de firma («{connection}»)"
        yield Look(point, partial(_signing_key, point, contract, stores, now))


def _signing_key(point: str, contract: Contract, stores: Stores, now: datetime) -> Finding:
    key = stores.signing_key(contract)
    return findings.key_left(point, key.signer_name, key.algorithm, key.usable_until, now, max(STEPS))


def _mail(held: Sequence[Contract], stores: Stores) -> Iterator[Look]:
    for connection in sorted({each.mail.connection for each in held}):
        point = f"Correo («{connection}»)"
        yield Look(point, partial(_handshake, point, connection, stores))


def _handshake(point: str, connection: str, stores: Stores) -> Finding:
    """As before a message is sent: greeting, TLS and login; then the farewell."""
    with stores.mail_server(connection) as (client, _):
        client.ehlo_or_helo_if_needed()
        assert client.sock is not None
        encrypted = hasattr(client.sock, "version")
        peer = str(client.sock.getpeername()[0])
    if not encrypted and peer not in findings.OF_THIS_MACHINE:
        remedy = "quite `disable_tls` de los extras (STARTTLS, puerto 587), o también `disable_ssl` (465)"
        return Finding(point, "mend", f"se habla sin cifrado con {peer}", remedy)
    words = f"saludo, {'TLS' if encrypted else 'en esta máquina sin TLS'} e ingreso; no se envió nada"
    return Finding(point, "well", words)


def _webhooks(held: Sequence[Contract], stores: Stores) -> Iterator[Look]:
    """Of the contracts, and of whoever is told of everything: those are known when the Variable has been read."""
    everyone, point = "Avisos para todos (service_reports_alerts)", "Webhook («{}»)"
    remedy = f"corrija la variable como dice {SERVER_PAGE} (Alerts)"
    named = {webhook.connection for each in held if each.alerts for webhook in each.alerts.webhooks}
    mail = {each.mail.connection for each in held}
    try:
        told = stores.alerts_for_all()
    except Exception as error:  # noqa: BLE001 (whatever it is, it is what was found)
        words = str(error)
        yield Look(everyone, lambda: findings.broken_off(everyone, words, remedy), remedy)
    else:
        named |= {webhook.connection for webhook in told.webhooks}
        if told.mail is not None and told.mail.connection not in mail:
            at = f"Correo de avisos («{told.mail.connection}»)"
            yield Look(at, partial(_handshake, at, told.mail.connection, stores))
        if told.to or told.webhooks:
            yield Look(everyone, lambda: Finding(everyone, "well", f"{len(told.to) + len(told.webhooks)} destinos"))
        else:
            yield Look(everyone, lambda: Finding(everyone, "mend", "nadie recibe avisos de la instalación", remedy))
    for connection in sorted(named):
        yield Look(point.format(connection), partial(_greeting, point.format(connection), connection))


def _greeting(point: str, connection: str) -> Finding:
    return Finding(point, "well", f"responde (HTTP {greet(connection)}); no se envió nada")


def _time_stamps(stores: Stores) -> Finding:
    point, ask = f"Sellos de tiempo («{TIME_STAMPS}»)", stores.time_stamp()
    if ask is None:
        return Finding(point, "well", "no hay autoridad; es opcional")
    ask(TRIED)
    return Finding(point, "well", "la autoridad sella, y su certificado es el de confianza")

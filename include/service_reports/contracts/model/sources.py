"""Where the facts of a contract come from: OCI, dumps, the help desk, registers, published addresses."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, field_validator, model_validator

from service_reports.contracts import file_pattern
from service_reports.contracts.model.fields import ConnectionId, Frozen, Ocid, Text, Title, _repeated


class DatabaseSystem(Frozen):
    """The Oracle database whose automatic backups are listed."""

    name: Text = Field(title="Nombre de la base de datos")
    database_ocid: Ocid = Field(title="OCID de la base de datos")
    compartment_ocid: Ocid = Field(title="OCID del compartimento")


def kind_of(default: str, *known: str) -> Discriminator:
    """Tells the forms of a section apart by its ``kind``; a section without one has the default."""

    def kind(section: object) -> object:
        return section.get("kind", default) if isinstance(section, dict) else getattr(section, "kind", default)

    return Discriminator(
        kind,
        custom_error_type="unknown_kind",
        custom_error_message=f"`kind` debe ser uno de {', '.join((default, *known))}",
    )


class DumpFiles(Frozen):
    """What is known of the nightly database dumps, wherever they are left."""

    file_pattern: Text = Field(
        title="Patrón del nombre de archivo",
        description="Regular expression of RE2 with one named group, day: yyyy-mm-dd, with _ or . or nothing between.",
    )
    retention_days: int = Field(title="Días de retención", ge=1, le=36_500)

    @field_validator("file_pattern")
    @classmethod
    def _names_the_day(cls, pattern: str) -> str:
        if "day" not in file_pattern.compiled(pattern).groupindex:
            raise ValueError(f"{pattern!r} no tiene el grupo `(?P<day>…)` que dé la fecha `aaaa-mm-dd`: agréguelo")
        return pattern


class DatabaseDumps(DumpFiles):
    """Dumps that are left under a prefix of an S3 bucket."""

    kind: Literal["s3"] = Field(default="s3", title="Clase de origen: almacenamiento S3")
    connection: ConnectionId = Field(title="Conexión de Airflow al almacenamiento S3")
    bucket: Text = Field(title="Bucket")
    prefix: str = Field(default="", title="Prefijo")


class SshDumps(DumpFiles):
    """Dumps that stay on a server, whose folder is listed by SFTP."""

    kind: Literal["ssh"] = Field(title="Clase de origen: servidor SSH")
    connection: ConnectionId = Field(title="Conexión de Airflow al servidor SSH")
    folder: Text = Field(title="Carpeta de los volcados en el servidor")


AnyDumps = Annotated[
    Annotated[DatabaseDumps, Tag("s3")] | Annotated[SshDumps, Tag("ssh")],
    kind_of("s3", "ssh"),
]


class MetricDimension(Frozen):
    """Which of a resource's series of a metric is meant: those with this value, or all of them together."""

    name: Text = Field(title="Dimensión", description="As Monitoring names it, such as diskgroupName or hostName.")
    value: Text = Field(title="Valor", description='"*" combines the series of all values on purpose.')

    @property
    def any(self) -> bool:
        """Whether the series of all values are combined."""
        return self.value == "*"


LOW_IS_BAD = frozenset({("oci_database_cluster", "MemoryUtilization"), ("oci_database_cluster", "NodeStatus")})
"""Metrics of which little is bad, by Oracle's reference: memory *available* to start applications, a node's state."""


OF_A_CAPACITY = frozenset({("oci_database", "StorageUtilization"), ("oci_database_cluster", "FilesystemUtilization")})
"""Metrics that tell in hundredths how much of what was provisioned is used, by Oracle's reference."""


class Metric(Frozen):
    """One charted metric: what to ask Monitoring for, and what it means."""

    namespace: Text = Field(title="Espacio de nombres")
    name: Text = Field(title="Métrica")
    unit: Literal["percent", "state"] = Field(title="Unidad")
    title: Text = Field(title="Título de la gráfica")
    meaning: Text = Field(title="Qué mide")
    availability: bool = Field(default=False, title="Sustenta la disponibilidad")
    dimensions: tuple[MetricDimension, ...] = Field(default=(), title="Series de la métrica")
    worst: Literal["high", "low"] | None = Field(
        default=None,
        title="Qué extremo es el malo",
        description="Its percentile is then P95 (high) or P5 (low); without it what Oracle says of the metric decides.",
    )

    @property
    def bad_end(self) -> Literal["high", "low"]:
        """Which end of its values is the bad one."""
        return self.worst or ("low" if (self.namespace, self.name) in LOW_IS_BAD else "high")

    @property
    def of_a_capacity(self) -> bool:
        """Whether its values are hundredths of a storage that a hundred fill."""
        return (self.namespace, self.name) in OF_A_CAPACITY

    @property
    def combined(self) -> tuple[str, ...]:
        """The dimensions whose series are combined on purpose."""
        return tuple(each.name for each in self.dimensions if each.any)


class MeasuredResource(Frozen):
    """A database system or server with its charts, in printed order."""

    name: Text = Field(title="Recurso")
    kind: Literal["database", "server"] = Field(title="Clase de recurso")
    serves: Text | None = Field(default=None, title="Producto o componente que atiende")
    resource_ocid: Ocid = Field(title="OCID del recurso")
    compartment_ocid: Ocid = Field(title="OCID del compartimento")
    metrics: tuple[Metric, ...] = Field(title="Métricas", min_length=1)


class ResourceTag(Frozen):
    """A tag that tells the contract's resources from others in the same compartments."""

    key: Text = Field(title="Etiqueta", description="As in the column's name: namespace.key, or key alone.")
    value: Text = Field(title="Valor")


class Reconciliation(Frozen):
    """How far our total of a day and column may be from the provider's own: the larger of the two."""

    percent: Decimal = Field(default=Decimal("0.5"), title="Tolerancia, en porcentaje", ge=0, le=100)
    absolute: Decimal = Field(default=Decimal("0.001"), title="Tolerancia, en la unidad de la columna", ge=0)


class OciScope(Frozen):
    """Which part of which tenancy this contract pays for: compartments with all under them, by tag if it has one."""

    connection: ConnectionId = Field(title="Conexión de Airflow a OCI")
    tenancy_ocid: Ocid = Field(title="OCID del tenancy")
    home_region: Text = Field(title="Región principal")
    compartment_ocids: tuple[Ocid, ...] = Field(title="Compartimentos del contrato", min_length=1)
    tag: ResourceTag | None = Field(default=None, title="Etiqueta de los recursos del contrato")
    cost_report_form: Literal["cost-csv", "focus"] = Field(
        default="cost-csv",
        title="Forma de los informes de costos",
        description="The same in all contracts of a tenancy.",
    )
    reconciliation: Reconciliation = Field(default=Reconciliation(), title="Conciliación con la API de uso")
    most_lines_aside_percent: Decimal | None = Field(
        default=None,
        title="Porcentaje de líneas propias que pueden quedar aparte",
        description="Of a cost report with more lines of this contract that cannot be counted, nothing is loaded. "
        "Without it such lines block nothing.",
        ge=0,
        le=100,
    )


class HelpDesk(Frozen):
    """A help desk whose tickets and hours are read from its database."""

    kind: Literal["sql"] = Field(default="sql", title="Clase de origen: base de datos")
    connection: ConnectionId = Field(title="Conexión de Airflow a la mesa de servicio")
    customer_code: Text = Field(title="Código del cliente en la mesa de servicio")
    statements: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")] = Field(
        default="help_desk",
        title="Carpeta de las sentencias",
        description="Folder of include/sql with tickets.sql and hour_bank.sql for this help desk's database.",
    )


class ExportedTable(Frozen):
    """Which file, and in a workbook which sheet, holds one table of an export."""

    file_pattern: Text = Field(
        title="Patrón del nombre de archivo",
        description="Regular expression of RE2; of the files whose name matches, the newest is read.",
    )
    sheet: Text | None = Field(
        default=None, title="Hoja", description="Needed where the workbook has more than one sheet."
    )

    @field_validator("file_pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        file_pattern.compiled(pattern)
        return pattern


class HelpDeskExport(Frozen):
    """A help desk whose tickets and hours people export to files and leave under an S3 prefix."""

    kind: Literal["export"] = Field(title="Clase de origen: archivos exportados")
    connection: ConnectionId = Field(title="Conexión de Airflow al almacenamiento S3")
    bucket: Text = Field(title="Bucket de las exportaciones")
    prefix: str = Field(default="", title="Prefijo de las exportaciones")
    tickets: ExportedTable = Field(title="Archivo de solicitudes")
    hour_bank: ExportedTable = Field(title="Archivo de la bolsa de horas")
    ignored_columns: tuple[Text, ...] = Field(
        default=(), title="Columnas que no se leen", description="Headers of the export that are left out on purpose."
    )


AnyHelpDesk = Annotated[
    Annotated[HelpDesk, Tag("sql")] | Annotated[HelpDeskExport, Tag("export")],
    kind_of("sql", "export"),
]


class ContractRecords(Frozen):
    """The workbook in which people keep the registers of a contract, left under an S3 prefix."""

    connection: ConnectionId = Field(title="Conexión de Airflow al almacenamiento S3")
    bucket: Text = Field(title="Bucket del libro de registros")
    prefix: str = Field(default="", title="Prefijo del libro de registros")
    roles: tuple[Text, ...] = Field(
        title="Cargos que certifican",
        description="Who may attest an obligation: roles, never persons.",
        min_length=1,
    )


def _asked_by_http(url: str) -> str:
    """An address that anybody may ask: ``http`` or ``https``, a host, and nobody's credentials."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url!r} no es una dirección web: escríbala completa, así: https://portal.example.com/inicio")
    if parts.username is not None or parts.password is not None:
        raise ValueError("lleva usuario o contraseña: quítelos; se pregunta sin credenciales, como cualquier persona")
    if parts.fragment or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(f"{url!r} tiene «#», espacios o letras que no son ASCII: escriba la dirección sin ellos")
    try:
        parts.port  # noqa: B018 (reading it checks it)
    except ValueError:
        raise ValueError(f"{url!r} no tiene un puerto entre 1 y 65535: corríjalo o quítelo") from None
    return url


class PublishedAddress(Frozen):
    """An address at which citizens or officials reach the service, and the name that is printed for it."""

    name: Annotated[Title, StringConstraints(max_length=80, pattern=r"^[^/]+$")] = Field(title="Nombre del servicio")
    url: Annotated[str, StringConstraints(max_length=500), AfterValidator(_asked_by_http)] = Field(
        title="Dirección", description="https://… or http://…, without credentials. Redirects are not followed."
    )


class HttpAddresses(Frozen):
    """The addresses that are asked over HTTP every five minutes."""

    addresses: tuple[PublishedAddress, ...] = Field(title="Direcciones publicadas", min_length=1, max_length=20)
    allow_private: bool = Field(
        default=False,
        title="Permitir direcciones de redes privadas",
        description="The collector stands inside the network: without it a name that leads there is not asked.",
    )

    @model_validator(mode="after")
    def _named_once(self) -> HttpAddresses:
        for what, each in (("nombre", "name"), ("dirección", "url")):
            if repeated := _repeated(getattr(address, each) for address in self.addresses):
                raise ValueError(f"`addresses`: {what} «{repeated}» va una sola vez")
        return self

"""What a customer contract says, as frozen models that refuse unknown fields.

One YAML file under ``include/contracts`` is one contract. Dates are calendar dates of
Bogotá (``America/Bogota``, UTC−5 all year); everything OCI measures is counted by UTC day.
Names of fields are English; titles are the Spanish words an operator sees in an error
and in the generated JSON Schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from string import Formatter
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from service_reports.contracts import file_pattern
from service_reports.contracts.addresses import Email
from service_reports.foreign_text import normalised

BOGOTA = ZoneInfo("America/Bogota")


def _passed_the_gate(value: object) -> object:
    return normalised(value) if isinstance(value, str) else value


Text = Annotated[
    str, BeforeValidator(_passed_the_gate), StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)
]


def _without_final_stop(title: str) -> str:
    if title.endswith(".") and not re.search(r"\b\w\.\w\.$", title[-5:]):  # S.A.S. keeps its stop
        raise ValueError("es un título: escríbalo sin punto final")
    return title


Title = Annotated[Text, AfterValidator(_without_final_stop)]
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=100)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))]
"""A date that a contract may name: beyond the calendar's own ends moments in other zones do not exist."""
Hours = Annotated[Decimal, Field(gt=0, le=1_000_000, decimal_places=6)]
ConnectionId = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_.-]+$", max_length=200)]
Ocid = Annotated[str, StringConstraints(pattern=r"^ocid1\.[a-z0-9]+\.[a-z0-9-]*\.[a-z0-9-]*\.[a-zA-Z0-9._-]+$")]


def _written_as_text(value: object) -> object:
    if not isinstance(value, str | time):  # YAML reads 16:30 without quotes as the number 990
        raise ValueError('escriba la hora de Bogotá entre comillas, así: "06:00"')
    return value


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("es la hora de Bogotá: escríbala sin zona")
    return value


BogotaTime = Annotated[time, BeforeValidator(_written_as_text), AfterValidator(_without_zone)]

NIT_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)


def nit_check_digit(nit: str) -> int:
    """The DIAN modulus-11 check digit of a NIT's digits.

    >>> nit_check_digit("800197268")
    4
    """
    total = sum(int(digit) * weight for digit, weight in zip(reversed(nit), NIT_WEIGHTS, strict=False))
    remainder = total % 11
    return remainder if remainder in (0, 1) else 11 - remainder


SECTION_KINDS = frozenset({"s3", "ssh", "sql", "export"})
"""Kinds of sections with several forms; pydantic puts them into the place of an error, where no field is."""


def _repeated(names: Iterable[str]) -> str | None:
    """The first name that comes a second time."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


class Frozen(BaseModel):
    """Base of every contract model: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entity(Frozen):
    """The municipality that receives the reports."""

    name: Text = Field(title="Nombre de la entidad")
    short_code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+$")] = Field(title="Sigla de la entidad")
    nit: Annotated[str, StringConstraints(pattern=r"^\d{6,10}$")] = Field(title="NIT, sin dígito de verificación")
    nit_check_digit: int = Field(title="Dígito de verificación", ge=0, le=9)

    @model_validator(mode="after")
    def _check_digit_agrees(self) -> Entity:
        expected = nit_check_digit(self.nit)
        if self.nit_check_digit != expected:
            raise ValueError(
                f"nit_check_digit es {self.nit_check_digit}, pero el del NIT {self.nit} es {expected}: corrija uno"
            )
        return self


class Contractor(Frozen):
    """The vendor that signs. One legal name and one short name, used everywhere."""

    legal_name: Text = Field(title="Razón social")
    short_name: Text = Field(title="Nombre corto")
    slogan: Text | None = Field(default=None, title="Lema")
    management_unit: Text = Field(title="Dependencia del informe de gestión")
    technical_unit: Text = Field(title="Dependencia del informe técnico")
    certification_mark: Text | None = Field(default=None, title="Sello de certificación")
    help_desk_name: Text = Field(title="Nombre de la mesa de servicio")


SRGB_TOE = 0.04045
LEAST_CONTRAST = 4.5
"""Contrast that text needs to be read by people with low vision: WCAG 2.2, level AA."""


def contrast_with_white(color: str) -> float:
    """The contrast ratio of ``#rrggbb`` against white paper, from 1 to 21, as WCAG 2.2 defines it.

    >>> contrast_with_white("#000000")
    21.0
    """
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= SRGB_TOE else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _can_be_read(color: str) -> str:
    contrast = contrast_with_white(color)
    if contrast < LEAST_CONTRAST:
        raise ValueError(
            f"su contraste con el blanco es {contrast:.2f}, y el mínimo es {LEAST_CONTRAST}: escoja un color más oscuro"
        )
    return color.upper()


PrintedColor = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(_can_be_read)]

MOST_PICTURE_BYTES = 512 * 1024
MOST_PICTURE_PIXELS = 2000


class Picture(Frozen):
    """A PNG picture of the brand: its file, named relative to the contract's, and its bytes."""

    file: Text
    content: bytes = Field(repr=False)


def _check_png(content: bytes) -> None:
    from PIL import Image, UnidentifiedImageError  # here: few contracts have a picture, and every DAG loads them all

    if len(content) > MOST_PICTURE_BYTES:
        raise ValueError(f"tiene {len(content)} bytes, y el máximo es {MOST_PICTURE_BYTES}: guárdela más pequeña")
    try:
        with Image.open(BytesIO(content), formats=["PNG"]) as picture:
            if max(picture.size) > MOST_PICTURE_PIXELS:
                raise ValueError(
                    f"tiene {picture.width} por {picture.height} pixeles; el máximo es {MOST_PICTURE_PIXELS}: redúzcala"
                )
            picture.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise ValueError("no es una imagen PNG completa: guárdela de nuevo como PNG") from error


def _read_picture(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    if not info.context or "read_file" not in info.context:
        raise ValueError("nombra un archivo, que solo lee load_contract")
    content: bytes = info.context["read_file"](value)
    _check_png(content)
    return {"file": value, "content": content}


PictureFile = Annotated[
    Picture,
    BeforeValidator(_read_picture),
    WithJsonSchema({"type": "string", "pattern": r"\.png$", "description": "PNG file, relative to this one."}),
]


class Brand(Frozen):
    """How the vendor looks in print: two colours that can be read on white, and its pictures."""

    primary: PrintedColor = Field(default="#1B4B72", title="Color de títulos y filetes")
    accent: PrintedColor = Field(default="#1F6FA8", title="Color de las series de las gráficas")
    header_text: Annotated[Text, StringConstraints(max_length=60)] | None = Field(
        default=None,
        title="Texto del encabezado",
        description="In the place of the vendor's legal name.",
    )
    logo: PictureFile | None = Field(default=None, title="Logotipo")
    seal: PictureFile | None = Field(
        default=None,
        title="Imagen del sello de certificación",
        description="Without one, contractor.certification_mark is set as a seal of text.",
    )


class Signer(Frozen):
    """A signature block: a role, never a person."""

    title: Text = Field(title="Título del bloque de firma")
    role: Text = Field(title="Cargo")
    organisation: Text = Field(title="Organización")


class Supervisor(Signer):
    """Who supervises the contract for the entity and receives the e-mail."""

    email: Email = Field(title="Correo del supervisor")


class Product(Frozen):
    """A product in use: the help desk's code and the one name printed for it."""

    code: Text = Field(title="Código en la mesa de servicio")
    name: Title = Field(title="Nombre del producto")


class RetiredName(Frozen):
    """A name that is still in use elsewhere and must not be printed, and the one that takes its place."""

    name: Text = Field(title="Nombre que ya no se usa")
    use: Text = Field(title="Nombre que lo reemplaza")


class PlatformModule(Frozen):
    """A module of the platform and what it does, one line each."""

    name: Title = Field(title="Módulo")
    capabilities: tuple[Text, ...] = Field(title="Capacidades", min_length=1)

    @field_validator("capabilities")
    @classmethod
    def _said_once(cls, capabilities: tuple[str, ...]) -> tuple[str, ...]:
        if repeated := _repeated(capability.casefold().rstrip(".") for capability in capabilities):
            raise ValueError(f"{repeated!r} está dos veces en un módulo: quite una")
        return capabilities


class PlatformProduct(Frozen):
    """A product of the platform with its modules, in printed order."""

    name: Title = Field(title="Producto de la plataforma")
    modules: tuple[PlatformModule, ...] = Field(title="Módulos", min_length=1)


FactKind = Literal[
    "tickets",
    "hour_bank",
    "availability",
    "backups",
    "usage",
    "reports",
    "deliverables",
    "consultations",
    "force_majeure",
    "social_security",
    "security_incidents",
    "claims",
    "attestation",
]
"""What an obligation can rest on: what sources measured, what registers hold, or a role's attestation."""

SECTIONS_OF_FACTS: Mapping[FactKind, tuple[str, ...]] = {
    "tickets": ("help_desk",),
    "hour_bank": ("help_desk",),
    "availability": ("resources",),
    "backups": ("database", "dumps"),
}
"""Of which sections of a contract one must be there for a fact to be shown some day."""

UNPROVEN = re.compile(r"oportun|puntual|a tiempo|diligen|eficien|sin ca[íi]das|\d|%", re.IGNORECASE)
"""Judgements and numbers that an attested sentence may not hold: only figures and dates may say such things."""


class Obligation(Frozen):
    """A clause of the contract and what shows it.

    What is printed of it is computed from the facts in ``depends_on``, in that order. Where one of
    them is ``attestation``, ``statement`` says what a role attests each period: it is printed only
    with that attestation, and otherwise the obligation is pending.
    """

    number: int = Field(title="Número", ge=1)
    text: Text = Field(title="Obligación contractual")
    depends_on: tuple[FactKind, ...] = Field(
        title="De qué depende",
        description="Facts that show the obligation, in printed order: measured, recorded or attested.",
        min_length=1,
    )
    statement: Text | None = Field(
        default=None,
        title="Lo que certifica el responsable",
        description="Goes on after the contractor's name, as «trató los datos…»; required with attestation only.",
    )

    @model_validator(mode="after")
    def _says_what_is_attested(self) -> Obligation:
        if len(set(self.depends_on)) != len(self.depends_on):
            raise ValueError("depends_on nombra dos veces un hecho: quite uno")
        if ("attestation" in self.depends_on) != (self.statement is not None):
            raise ValueError("`statement` va con `attestation` en depends_on: escriba los dos, o ninguno")
        if self.statement is not None and (found := UNPROVEN.search(self.statement)):
            raise ValueError(
                f"`statement` dice {found[0]!r}: los números y los juicios solo salen de cifras y fechas; quítelo"
            )
        return self


LevelKind = Literal["node_availability", "published_availability", "backups", "dumps", "closed_within", "unmeasured"]
"""What a service level measures; of ``unmeasured`` no source brings it yet."""

SECTIONS_OF_LEVELS: Mapping[LevelKind, str] = {
    "node_availability": "resources",
    "published_availability": "http",
    "backups": "database",
    "dumps": "dumps",
    "closed_within": "help_desk",
}
"""Of which section of a contract the readings of a service level come."""


class ServiceLevel(Frozen):
    """A service level that the contract agrees: what is measured, its target, and what follows where it is missed.

    The target of ``node_availability``, ``published_availability`` (per cent of the period) and ``closed_within`` (per
    cent of the requests that were closed within ``days``) is the least, that of ``backups`` and ``dumps`` the most days
    without a good copy.
    """

    id: Slug = Field(title="Identificador")
    name: Title = Field(title="Indicador")
    kind: LevelKind = Field(title="Qué se mide")
    target: Decimal | None = Field(
        default=None,
        title="Meta",
        description="Per cent, or days of the period without a copy; none with `unmeasured`.",
        ge=0,
        le=100,
    )
    subject: Text | None = Field(
        default=None,
        title="Recurso o dirección que se mide",
        description="The name of one of `resources` or of `http.addresses`; of these two kinds only.",
    )
    days: int | None = Field(
        default=None,
        title="Días calendario para cerrar una solicitud",
        description="Of `closed_within` only.",
        ge=0,
        le=366,
    )
    obligation: int | None = Field(default=None, title="Obligación de la que es la meta")
    exclusions: Text | None = Field(default=None, title="Lo que no cuenta")
    consequence: Text | None = Field(default=None, title="Lo que se sigue de no alcanzarla")
    needed: Text | None = Field(
        default=None, title="Lo que haría falta para medirlo", description="Required of `unmeasured`, and of it only."
    )

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> ServiceLevel:
        wanted = {
            "target": self.kind != "unmeasured",
            "needed": self.kind == "unmeasured",
            "subject": self.kind in ("node_availability", "published_availability"),
            "days": self.kind == "closed_within",
        }
        for name, due in wanted.items():
            if (getattr(self, name) is not None) != due:
                remedy = "escríbalo" if due else "quítelo"
                raise ValueError(f"`{name}` {'falta' if due else 'sobra'} con `kind: {self.kind}`: {remedy}")
        return self


LIABILITY = re.compile(r"\bno (?:responde|se hace responsable|asume)\b|\bse exime\b", re.IGNORECASE)


class Recommendation(Frozen):
    """An advice: what, to whom, and the difficulty it answers. A plain text is an advice without the rest."""

    text: Text = Field(title="Recomendación")
    owner: Text | None = Field(default=None, title="Responsable de acogerla")
    scope: Literal["service", "entity_infrastructure"] = Field(
        default="service",
        title="Ámbito: el servicio o la infraestructura de la Entidad",
    )
    limitation: Text | None = Field(default=None, title="Limitación o inconveniente que la motiva")
    due: Day | None = Field(default=None, title="Plazo")
    valid_until: Day | None = Field(default=None, title="Último día en que se imprime")

    @model_validator(mode="before")
    @classmethod
    def _is_a_text(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @field_validator("text")
    @classmethod
    def _advises(cls, text: str) -> str:
        if LIABILITY.search(text):
            raise ValueError("limita la responsabilidad del contratista: escríbalo en `recommendations.conditions`")
        return text


class Recommendations(Frozen):
    """Recommendations of each report, in printed order, and what the contractor declares about its liability."""

    management: tuple[Recommendation, ...] = Field(default=(), title="Informe de gestión")
    technical: tuple[Recommendation, ...] = Field(default=(), title="Informe técnico")
    conditions: tuple[Text, ...] = Field(default=(), title="Condiciones que declara el contratista")


class GlossaryTerm(Frozen):
    """A term of the glossary, printed in each report that uses it."""

    term: Text = Field(title="Término")
    definition: Text = Field(title="Definición")


class HourAddition(Frozen):
    """Hours that an amendment adds to the package, from a Bogotá day on."""

    on: Day = Field(title="Fecha de la adición")
    hours: Hours = Field(title="Horas adicionadas")
    act: Text = Field(title="Acto que las adiciona", examples=["Otrosí 1"])


class HourBank(Frozen):
    """The package of hours the entity bought, and what amendments added to it."""

    contracted_hours: Hours = Field(title="Horas contratadas")
    uses: tuple[Text, ...] = Field(title="Usos permitidos", min_length=1)
    modality: Text = Field(title="Modalidad")
    additions: tuple[HourAddition, ...] = Field(title="Adiciones de horas", default=())


Pesos = Annotated[Decimal, Field(ge=-(10**13), le=10**13, decimal_places=2)]


class Guarantee(Frozen):
    """A cover of the policy that backs the contract, and the last day on which it is in force."""

    name: Title = Field(title="Amparo")
    policy: Text = Field(title="Póliza o garantía")
    valid_to: Day = Field(title="Último día de vigencia")


class Modification(Frozen):
    """An act that changed the contract; ``value`` is what it adds to the contract's, less than 0 what it takes."""

    act: Text = Field(title="Acto que modifica", examples=["Otrosí 1"])
    on: Day = Field(title="Fecha del acto")
    change: Text = Field(title="Qué modifica")
    value: Pesos | None = Field(default=None, title="Valor que adiciona, en pesos colombianos")


class Warranty(Frozen):
    """Warranty of an earlier contract, whose tickets one report of this contract lists.

    Only tickets registered on its days (both included) are listed; the help desk may leave the
    day of a warranty ticket out.
    """

    contract_label: Text = Field(title="Contrato en garantía")
    valid_from: Day = Field(title="Inicio de la garantía")
    valid_to: Day = Field(title="Fin de la garantía")
    reported_in: Text = Field(title="Informe que la relaciona")

    @model_validator(mode="after")
    def _in_order(self) -> Warranty:
        if self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} es anterior a valid_from {self.valid_from}: corrija las fechas")
        return self


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
        description="Regular expression of RE2 with one named group, day, that matches yyyy-mm-dd.",
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


SignatureLevel = Literal["B-B", "B-T", "B-LT", "B-LTA"]
"""What a signature carries to be checked later (ETSI EN 319 142-1), each level all of those before it: itself; a time
stamp; what certificates and revocation lists said; a time stamp of the whole, which can be renewed."""
SIGNATURE_LEVELS: tuple[SignatureLevel, ...] = get_args(SignatureLevel)


def _is_certificate(pem: str) -> str:
    from cryptography.x509 import load_pem_x509_certificate

    try:
        load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise ValueError("no es un certificado en PEM: cópielo entero, con su primera línea y la última") from None
    return pem


Certificate = Annotated[Text, AfterValidator(_is_certificate)]


class Signing(Frozen):
    """Which key signs the reports, and what a signature carries."""

    connection: ConnectionId = Field(title="Conexión de Airflow con la clave de quien firma")
    kind: Literal["electronic", "digital"] = Field(
        default="electronic",
        title="Clase de firma",
        description="digital only with a certificate of an ONAC-accredited body (Decreto 2364 de 2012).",
    )
    level: SignatureLevel = Field(
        default="B-B",
        title="Nivel de la firma (PAdES)",
        description="Above B-B, the connection `tsa` names the time-stamping authority.",
    )
    unreachable: Literal["fail", "degrade"] = Field(
        default="fail",
        title="Si una autoridad no responde al firmar",
        description="fail: nothing is issued. degrade: issued at the level that is reached, and completed later.",
    )
    supervisor_roots: tuple[Certificate, ...] = Field(
        default=(),
        title="Raíces de confianza del certificado del supervisor",
        description="In PEM. Without any, whose certificate signed what comes back is told and not judged.",
    )


class Mail(Frozen):
    """How the reports are sent."""

    connection: ConnectionId = Field(title="Conexión de Airflow al servidor SMTP")
    sender: Email = Field(title="Remitente")
    cc: tuple[Email, ...] = Field(default=(), title="Copia")
    reply_to: Email | None = Field(default=None, title="Responder a")
    largest_message_mb: int = Field(
        default=20, ge=1, le=100, title="Tamaño máximo del mensaje, en MB; si lo supera, lleva enlaces"
    )
    link_days: int = Field(default=7, ge=1, le=7, title="Días que sirven los enlaces")
    answer_days: int | None = Field(
        default=None, ge=1, le=90, title="Días que el contrato da al supervisor para firmar o devolver los informes"
    )


class Webhook(Frozen):
    """A chat that is told of alerts, by an incoming webhook."""

    connection: ConnectionId = Field(title="Conexión de Airflow al webhook")
    form: Literal["teams", "slack"] = Field(title="Forma del mensaje")


class Alerts(Frozen):
    """Who is told at once of what needs a person."""

    to: tuple[Email, ...] = Field(default=(), title="Correos", max_length=20)
    webhooks: tuple[Webhook, ...] = Field(default=(), title="Chats, por webhook", max_length=10)


class AlertMail(Frozen):
    """By which mail server and address alerts leave that are no contract's."""

    connection: ConnectionId = Field(title="Conexión de Airflow al servidor SMTP")
    sender: Email = Field(title="Remitente")


class AlertsForAll(Alerts):
    """Who is told of all contracts and of the installation; the value of an Airflow Variable, not of a contract."""

    mail: AlertMail | None = Field(default=None, title="Correo")

    @model_validator(mode="after")
    def _mail_for_addresses(self) -> AlertsForAll:
        if self.to and self.mail is None:
            raise ValueError("`mail`: falta; escriba con qué conexión y remitente salen los correos de `to`")
        return self


@dataclass(frozen=True)
class DocumentKind:
    """What is printed of a kind of document: its Spanish title, what its files' names end in, and how many there are.

    A report has one of a kind, or one for each delivery of its period.
    """

    title: str
    suffix: str
    of_each_delivery: bool = False


class DocumentCodes(Frozen):
    """The kinds of documents in the order of their annexes, and the patterns of their codes and file names.

    A kind that may be left out is made for the contracts that give it a code. Available fields: ``{entity}`` (short
    code), ``{date}`` (yyyymmdd of the report), ``{sequence}`` (two digits), ``{year}``; ``{change}`` names the change
    control that an act delivers, and only an act's pattern has it.
    """

    management_report: Annotated[Text, DocumentKind("Informe de Gestión", ".pdf")] = Field(title="Informe de gestión")
    technical_report: Annotated[Text, DocumentKind("Informe Técnico", ".pdf")] = Field(title="Informe técnico")
    ticket_workbook: Annotated[Text, DocumentKind("Libro de solicitudes", ".xlsx")] = Field(
        title="Libro de solicitudes"
    )
    delivery_act: Annotated[Text, DocumentKind("Acta de Entrega", ".pdf", of_each_delivery=True)] = Field(
        default="SER-ACEN-CLI-{entity}-{date}-{change}", title="Acta de entrega"
    )
    certification_draft: Annotated[Text | None, DocumentKind("Borrador de certificación de cumplimiento", ".docx")] = (
        Field(
            default=None,
            title="Borrador de certificación",
            description="A Word file, not signed: the facts of the period, and room for the supervisor's own words. "
            "It is made where it has a code, like SUP-CERT-{entity}-{date}-Borrador_No.{year}-{sequence}.",
        )
    )

    @field_validator("*")
    @classmethod
    def _is_an_ascii_pattern(cls, pattern: str | None, info: ValidationInfo) -> str | None:
        if pattern is None:
            return None
        fields = {"entity": "X", "date": "20260101", "sequence": "01", "year": "2026"}
        if DOCUMENT_KINDS[info.field_name or ""].of_each_delivery:
            fields["change"] = "Y"
            if "{change}" not in pattern:
                raise ValueError(f"{pattern!r} debe tener `{{change}}`: un informe puede tener varias actas")
        known = ", ".join(f"{{{name}}}" for name in fields)
        try:
            parts = list(Formatter().parse(pattern))
        except ValueError as error:
            raise ValueError(f"{pattern!r} solo puede usar {known}") from error
        if any(name is not None and (name not in fields or form or conversion) for _, name, form, conversion in parts):
            raise ValueError(f"{pattern!r} solo puede usar {known}")  # a width would make a name of any length
        code = pattern.format(**fields)
        if not re.fullmatch(r"[A-Za-z0-9._-]+", code):
            raise ValueError(f"{pattern!r} debe dar un nombre de archivo sin espacios ni tildes")
        return pattern


DOCUMENT_KINDS: Mapping[str, DocumentKind] = {
    name: next(each for each in field.metadata if isinstance(each, DocumentKind))
    for name, field in DocumentCodes.model_fields.items()
}
"""Every kind of document by its name, in the order of the annexes."""

INSTALMENT = re.compile(r"\b(\d{1,3})/(\d{1,3})$")


LONGEST_PERIOD_DAYS = 731


class ReportPeriod(Frozen):
    """One report the contract owes: its number, days (both included) and date of issue."""

    number: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")] = Field(title="Número de informe")
    period_from: Day = Field(title="Primer día del periodo")
    period_to: Day = Field(title="Último día del periodo")
    report_date: Day = Field(title="Fecha del informe")
    instalment: Text | None = Field(default=None, title="Cuota")

    @model_validator(mode="after")
    def _in_order(self) -> ReportPeriod:
        if self.period_to < self.period_from:
            raise ValueError(
                f"period_to {self.period_to} es anterior a period_from {self.period_from}: corrija las fechas"
            )
        if (self.period_to - self.period_from).days >= LONGEST_PERIOD_DAYS:
            raise ValueError(
                f"del {self.period_from} al {self.period_to} hay más de {LONGEST_PERIOD_DAYS} días: corrija las fechas"
            )
        if self.report_date <= self.period_to:
            raise ValueError(f"report_date {self.report_date} debe ser posterior a period_to {self.period_to}")
        return self

    @property
    def days(self) -> tuple[date, ...]:
        """Every calendar day of the period, in order."""
        return tuple(
            self.period_from + timedelta(days=offset) for offset in range((self.period_to - self.period_from).days + 1)
        )

    @property
    def ends_at(self) -> datetime:
        """When its last day is over wherever days are counted, aware: Bogotá's end later than those of OCI (UTC)."""
        return datetime.combine(self.period_to + timedelta(days=1), time(), tzinfo=BOGOTA)

    @property
    def sequence(self) -> int:
        """1 for the first report of the year: the part of the number after the hyphen."""
        return int(self.number.split("-")[1])


class NoSuchReport(KeyError):
    """A number that the calendar of a contract does not have."""

    def __str__(self) -> str:
        """As operators read it; a ``KeyError`` would quote it."""
        return str(self.args[0])


class Contract(Frozen):
    """A customer contract: who, what, which sources, which reports and when."""

    id: Slug = Field(title="Identificador")
    number: Text = Field(title="Número de contrato")
    year: int = Field(title="Vigencia fiscal", ge=2000, le=2100)
    object: Text = Field(title="Objeto")
    valid_from: Day = Field(title="Inicio de vigencia")
    valid_to: Day = Field(title="Fin de vigencia")
    entity: Entity = Field(title="Entidad")
    contractor: Contractor = Field(title="Contratista")
    brand: Brand = Field(default=Brand(), title="Marca del contratista")
    signer: Signer = Field(title="Firma del contratista")
    supervisor: Supervisor = Field(title="Supervisor del contrato")
    products: tuple[Product, ...] = Field(title="Productos activos", min_length=1)
    retired_names: tuple[RetiredName, ...] = Field(default=(), title="Nombres que ya no se usan")
    components: tuple[Title, ...] = Field(title="Componentes del contrato", min_length=1)
    platform: tuple[PlatformProduct, ...] = Field(title="Plataforma")
    obligations: tuple[Obligation, ...] = Field(title="Obligaciones contractuales")
    service_levels: tuple[ServiceLevel, ...] = Field(default=(), title="Niveles de servicio", max_length=50)
    recommendations: Recommendations = Field(title="Recomendaciones")
    glossary: tuple[GlossaryTerm, ...] = Field(default=(), title="Glosario")
    hour_bank: HourBank = Field(title="Bolsa de horas")
    value: Pesos | None = Field(
        default=None, gt=0, title="Valor inicial del contrato, en pesos colombianos", description="With taxes."
    )
    guarantees: tuple[Guarantee, ...] = Field(default=(), title="Garantías del contrato", max_length=30)
    modifications: tuple[Modification, ...] = Field(default=(), title="Modificaciones del contrato", max_length=50)
    warranty: Warranty | None = Field(default=None, title="Garantía de un contrato anterior")
    reports: tuple[ReportPeriod, ...] = Field(title="Calendario de informes", min_length=1)
    cut_off_time: BogotaTime = Field(default=time(6), title="Hora de cierre (Bogotá) en la fecha del informe")
    wait_for_data_hours: int = Field(
        default=72,
        title="Horas que el cierre espera los datos que falten",
        description="Counted from the first collection that can run after the cut-off, or after a later start of the "
        "run; then the report is made with its gaps stated. 0 does not wait.",
        ge=0,
        le=240,
    )
    issue_with_refused_batches: bool = Field(
        default=False,
        title="Emitir aunque haya lotes rechazados",
        description="true: what came and was refused does not stop the report, which says so of its days.",
    )
    oci: OciScope = Field(title="Alcance en OCI")
    resources: tuple[MeasuredResource, ...] = Field(default=(), title="Recursos medidos")
    database: DatabaseSystem | None = Field(default=None, title="Base de datos")
    dumps: AnyDumps | None = Field(default=None, title="Copias locales")
    help_desk: AnyHelpDesk | None = Field(default=None, title="Mesa de servicio")
    http: HttpAddresses | None = Field(default=None, title="Servicios publicados")
    records: ContractRecords | None = Field(default=None, title="Registros del contrato")
    evidence_limit_mb: int = Field(
        default=16,
        title="Tamaño máximo de las filas que cada informe lleva dentro, en MB",
        description="Of the files before compression. What is larger stays in the archive, and its hash in the report.",
        ge=0,
        le=100,
    )
    approval: Literal["automatic", "required"] = Field(
        default="automatic",
        title="Aprobación antes de firmar",
        description="required: nothing is signed before a person approves its drafts in Airflow.",
    )
    approvers: tuple[Text, ...] = Field(
        default=(),
        title="Usuarios de Airflow que aprueban",
        description="Whose answer counts, by user name; empty: whoever may answer in Airflow.",
    )
    signing: Signing = Field(title="Firma digital")
    mail: Mail = Field(title="Correo")
    alerts: Alerts | None = Field(
        default=None,
        title="Avisos",
        description="Who is told at once of what needs a person in this contract, besides who is told of all.",
    )
    document_codes: DocumentCodes = Field(title="Códigos de documentos")
    ticket_detail: Literal["none", "masked", "full"] = Field(
        default="none",
        title="Qué se publica de lo que las personas escribieron",
        description=(
            "Of tickets, requests of the hour bank and registers. none: numbers, dates, categories and states only. "
            "masked: what is known to be harmless. full: as it is; documents of public contracts get published."
        ),
    )

    @model_validator(mode="after")
    def _calendar_holds(self) -> Contract:
        if self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} es anterior a valid_from {self.valid_from}: corrija las fechas")
        self._refuse_periods_that_cross()
        for addition in self.hour_bank.additions:
            if not self.valid_from <= addition.on <= self.valid_to:
                raise ValueError(
                    f"hour_bank.additions: {addition.act} ({addition.on}) sale de la vigencia, "
                    f"del {self.valid_from} al {self.valid_to}: corrija la fecha"
                )
        numbers = [report.number for report in self.reports]
        if len(set(numbers)) != len(numbers):
            raise ValueError("`reports`: cada número va una sola vez")
        if len({obligation.number for obligation in self.obligations}) != len(self.obligations):
            raise ValueError("`obligations`: cada número va una sola vez")
        self._refuse_instalments_out_of_turn()
        if self.warranty is not None and self.warranty.reported_in not in numbers:
            raise ValueError(
                f"warranty.reported_in {self.warranty.reported_in} no está en el calendario: escriba un número de este"
            )
        return self

    def _refuse_periods_that_cross(self) -> None:
        previous: ReportPeriod | None = None
        for report in self.reports:
            if report.period_from < self.valid_from or report.period_to > self.valid_to:
                raise ValueError(
                    f"el informe {report.number} sale de la vigencia ({self.valid_from} a {self.valid_to}): corríjalo"
                )
            if previous is not None and report.period_from <= previous.period_to:
                raise ValueError(f"el informe {report.number} se cruza con el {previous.number}: corrija sus fechas")
            previous = report

    @model_validator(mode="after")
    def _modifications_hold(self) -> Contract:
        for names, about in (
            ([each.name for each in self.guarantees], "`guarantees`: el amparo"),
            ([each.act for each in self.modifications], "`modifications`: el acto"),
        ):
            if repeated := _repeated(names):
                raise ValueError(f"{about} «{repeated}» va una sola vez: escriba el nombre de cada uno")
        for each in self.modifications:
            if each.on > self.valid_to:
                raise ValueError(
                    f"`modifications`: {each.act} ({each.on}) es posterior al fin de la vigencia, {self.valid_to}: "
                    "corrija una de las fechas"
                )
            if each.value is not None and (self.value is None or self.value_on(each.on) <= 0):
                left = "no tiene `value`" if self.value is None else "queda sin valor"
                raise ValueError(
                    f"`modifications`: {each.act} cambia el valor en {each.value}, y el contrato {left}: "
                    "escriba en `value` el valor inicial, o corrija el de la modificación"
                )
        return self

    def value_on(self, day: date) -> Decimal:
        """The contract's value on a day, in Colombian pesos, with what acts until then added; 0 where it names none."""
        return sum(
            (each.value or Decimal(0) for each in self.modifications if each.on <= day), self.value or Decimal(0)
        )

    @property
    def instalments(self) -> int | None:
        """How many instalments the calendar says that there are; ``None`` where it names none."""
        found = (INSTALMENT.search(each.instalment or "") for each in self.reports)
        return next((int(part[2]) for part in found if part), None)

    def _refuse_instalments_out_of_turn(self) -> None:
        last, instalments = 0, ""
        for report in self.reports:
            if part := INSTALMENT.search(report.instalment or ""):
                instalments = instalments or part[2]
                if not last < int(part[1]) <= int(part[2]) or part[2] != instalments:
                    raise ValueError(
                        f"informe {report.number}: la cuota {part[0]} no está en su turno en el calendario"
                    )
                last = int(part[1])

    @model_validator(mode="after")
    def _measures_each_thing_once(self) -> Contract:
        if repeated := _repeated(resource.name for resource in self.resources):
            raise ValueError(
                f"`resources`: «{repeated}» va una sola vez: las mediciones se guardan por el nombre del recurso"
            )
        for resource in self.resources:
            if repeated := _repeated(metric.name for metric in resource.metrics):
                raise ValueError(
                    f"`resources`: «{repeated}» de «{resource.name}» va una sola vez: grafique una de ellas"
                )
            for metric in resource.metrics:
                if repeated := _repeated(each.name for each in metric.dimensions):
                    raise ValueError(f"`resources`: la dimensión «{repeated}» de «{metric.name}» va una sola vez")
            if sum(metric.availability for metric in resource.metrics) > 1:
                raise ValueError(
                    f"`resources`: la disponibilidad de «{resource.name}» sale de una sola métrica: deje una"
                )
        return self

    @model_validator(mode="after")
    def _obligations_rest_on_what_it_names(self) -> Contract:
        for obligation in self.obligations:
            for fact in obligation.depends_on:
                sections = SECTIONS_OF_FACTS.get(fact, ())
                if sections and not any(getattr(self, name) for name in sections):
                    named = " ni ".join(f"`{name}`" for name in sections)
                    raise ValueError(
                        f"`obligations`: la obligación {obligation.number} depende de `{fact}`, y el contrato no tiene "
                        f"{named}: escriba esa sección, o quite `{fact}` de depends_on"
                    )
        return self

    @model_validator(mode="after")
    def _measures_levels_of_what_it_names(self) -> Contract:
        if repeated := _repeated(level.id for level in self.service_levels):
            raise ValueError(f"`service_levels`: «{repeated}» va una sola vez: dé a cada indicador su identificador")
        numbers = {obligation.number for obligation in self.obligations}
        named: Mapping[LevelKind, set[str]] = {
            "node_availability": {
                each.name for each in self.resources if any(metric.availability for metric in each.metrics)
            },
            "published_availability": {each.name for each in self.http.addresses} if self.http else set(),
        }
        for level in self.service_levels:
            if level.obligation is not None and level.obligation not in numbers:
                raise ValueError(
                    f"`service_levels`: «{level.id}» es de la obligación {level.obligation}, que el contrato no tiene: "
                    "escriba el número de uno de `obligations`, o quite `obligation`"
                )
            section = SECTIONS_OF_LEVELS.get(level.kind)
            if section and not getattr(self, section):
                raise ValueError(
                    f"`service_levels`: «{level.id}» se mide con `{section}`, y el contrato no tiene esa sección: "
                    "escríbala, o use `kind: unmeasured`"
                )
            if level.kind in named and level.subject not in named[level.kind]:
                known = ", ".join(sorted(named[level.kind])) or "ninguno mide disponibilidad"
                raise ValueError(
                    f"`service_levels`: «{level.id}» mide «{level.subject}», que no está en `{section}`: "
                    f"escriba uno de sus nombres ({known})"
                )
        return self

    @model_validator(mode="after")
    def _asks_those_it_names(self) -> Contract:
        if self.approvers and self.approval == "automatic":
            raise ValueError(
                "`approvers` no aprueba nada mientras la aprobación es automática: escriba `approval: required`"
            )
        return self

    def report(self, number: str) -> ReportPeriod:
        """The report with this number.

        Raises:
            NoSuchReport: the calendar has no such report; the message lists those it has.
        """
        for report in self.reports:
            if report.number == number:
                return report
        known = ", ".join(report.number for report in self.reports)
        raise NoSuchReport(f"{self.id} no tiene el informe «{number}»; su calendario tiene {known}")

    def warranty_listed_in(self, report: ReportPeriod) -> Warranty | None:
        """The warranty whose tickets a report lists; only one report does."""
        return self.warranty if self.warranty is not None and self.warranty.reported_in == report.number else None

    def report_before(self, report: ReportPeriod) -> ReportPeriod | None:
        """The report that comes before this one in the calendar; ``None`` for the first."""
        earlier = [each for each in self.reports if each.period_to < report.period_from]
        return max(earlier, key=lambda each: each.period_to, default=None)

    def cut_off(self, report: ReportPeriod) -> datetime:
        """When the report is due to be made: aware, in Bogotá's zone."""
        return datetime.combine(report.report_date, self.cut_off_time, tzinfo=BOGOTA)

    @property
    def document_kinds(self) -> tuple[str, ...]:
        """The kinds of documents that this contract asks for, in the order of their annexes."""
        return tuple(kind for kind in DOCUMENT_KINDS if getattr(self.document_codes, kind) is not None)

    def document_code(self, kind: str, report: ReportPeriod, version: int, change: str = "") -> str:
        """The code of a document of one report; from version 2 on it ends in ``_v2``.

        ``kind`` is one of ``document_kinds``; ``change`` the ASCII name of the change control that an act delivers.
        """
        pattern: str = getattr(self.document_codes, kind)
        code = pattern.format(
            entity=self.entity.short_code,
            date=f"{report.report_date:%Y%m%d}",
            sequence=f"{report.sequence:02d}",
            year=report.number[:4],
            change=change,
        )
        return code if version == 1 else f"{code}_v{version}"

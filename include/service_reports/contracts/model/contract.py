"""One customer contract, whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from service_reports.contracts.model.brand import Brand
from service_reports.contracts.model.commitments import (
    SECTIONS_OF_FACTS,
    SECTIONS_OF_LEVELS,
    GlossaryTerm,
    LevelKind,
    Obligation,
    Recommendations,
    ServiceHours,
    ServiceLevel,
)
from service_reports.contracts.model.documents import DOCUMENT_KINDS, DocumentCodes
from service_reports.contracts.model.fields import BOGOTA, BogotaTime, Day, Frozen, Slug, Text, Title, _repeated
from service_reports.contracts.model.messages import Alerts, Mail
from service_reports.contracts.model.parties import Contractor, Entity, Signer, Supervisor
from service_reports.contracts.model.periods import INSTALMENT, NoSuchReport, ReportPeriod
from service_reports.contracts.model.platform import PlatformProduct, Product, RetiredName
from service_reports.contracts.model.signing import Signing
from service_reports.contracts.model.sources import (
    AnyDumps,
    AnyHelpDesk,
    ContractRecords,
    DatabaseSystem,
    HttpAddresses,
    MeasuredResource,
    OciScope,
)
from service_reports.contracts.model.terms import Guarantee, HourBank, Modification, Pesos, Warranty


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
    service_hours: ServiceHours | None = Field(default=None, title="Horario de atención")
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
            if level.in_service_hours and self.service_hours is None:
                raise ValueError(
                    f"`service_levels`: «{level.id}» cuenta las horas de atención, y el contrato no tiene "
                    "`service_hours`: escriba esa sección, o quite `in_service_hours`"
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

"""When DAGs run: at each cut-off of the contracts' calendars, or by cron, in words that operators read."""

from __future__ import annotations

from calendar import day_name
from typing import Any

from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from airflow.timetables.trigger import CronTriggerTimetable
from airflow.utils.types import DagRunType
from pendulum import UTC, DateTime, instance, now

BOGOTA = "America/Bogota"
DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


class CronInWords(CronTriggerTimetable):
    """Airflow's cron, in Bogotá, that the UI shows as a sentence in Spanish.

    :param cron: five fields.
    """

    def __init__(self, cron: str) -> None:
        super().__init__(cron, timezone=BOGOTA)
        self.description = f"{self.summary} (hora de Bogotá). Cron: {cron}"

    def __eq__(self, other: object) -> bool:
        """By the expression, the zone being Bogotá's. A DAG file with mapped tasks asks for it again and again, and
        Airflow's own answer loads the models of its database.
        """
        return type(other) is type(self) and other.expression == self.expression

    def __hash__(self) -> int:
        return hash(self.expression)

    @property
    def expression(self) -> str:
        """The cron expression."""
        return str(self._expression)

    @property
    def summary(self) -> str:
        """What the UI shows as schedule."""
        from cron_descriptor import CasingTypeEnum, Options, get_description

        words = Options()
        words.casing_type = CasingTypeEnum.Sentence
        words.use_24hour_time_format, words.verbose, words.locale_code = True, False, "es_ES"
        told = str(get_description(self.expression, words))
        for english, spanish in zip(day_name, DAYS, strict=True):  # it takes days from the locale of the process
            told = told.replace(f"sólo el {english}", f"cada {spanish}")
        return told

    def serialize(self) -> dict[str, Any]:
        """The expression alone."""
        return {"expression": self.expression}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        """The same again."""
        return cls(data["expression"])


class CutOffTimetable(Timetable):
    """A run for every distinct instant at which some contract's report is due.

    The calendars are read from the contract files each time Airflow asks, so a new contract
    needs no restart; files that do not hold are left out here and reported by the run. A
    cut-off that passed while the scheduler was down is run late, never skipped; those from
    before the DAG's first run are not run at all.
    """

    description = "En la fecha y hora de cierre de cada informe, según los contratos"

    @property
    def summary(self) -> str:
        """What the UI shows as schedule."""
        return "Cierre de cada contrato"

    def infer_manual_data_interval(self, *, run_after: DateTime) -> DataInterval:
        """A run by hand stands for the moment it was asked for."""
        return DataInterval.exact(run_after)

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The first cut-off after the last run, or after now when there was none."""
        if last_automated_data_interval is not None:
            after = last_automated_data_interval.end
        elif restriction.catchup and restriction.earliest is not None:
            after = restriction.earliest
        else:
            after = max(now(UTC), restriction.earliest or now(UTC))
        upcoming = [instant for instant in self._cut_offs() if instant > after]
        if not upcoming or (restriction.latest is not None and upcoming[0] > restriction.latest):
            return None
        return DagRunInfo.exact(upcoming[0])

    def generate_run_id(
        self, *, run_type: DagRunType, run_after: DateTime, data_interval: DataInterval | None, **extra: object
    ) -> str:
        """``cierre__<day and hour in Bogotá>__`` and the one report that is due, or how many are."""
        if run_type is not DagRunType.SCHEDULED:
            return super().generate_run_id(run_type=run_type, run_after=run_after, data_interval=data_interval, **extra)
        due = [f"{contract}__{number}" for cut_off, contract, number in self._calendar() if cut_off == run_after]
        named = due[0] if len(due) == 1 else f"{len(due)}-informes"
        return f"cierre__{run_after.in_timezone(BOGOTA):%Y-%m-%dT%H:%M}__{named}"

    @classmethod
    def _cut_offs(cls) -> list[DateTime]:
        return sorted({cut_off for cut_off, _, _ in cls._calendar()})

    @staticmethod
    def _calendar() -> list[tuple[DateTime, str, str]]:
        from service_reports.contracts import valid_contracts

        return [
            (instance(contract.cut_off(report)).in_timezone(UTC), contract.id, report.number)
            for contract in valid_contracts()
            for report in contract.reports
        ]

    def serialize(self) -> dict[str, Any]:
        """Nothing to keep: the calendars are in the contract files."""
        return {}

"""One run at each cut-off of the contracts' calendars."""

from __future__ import annotations

from typing import Any

from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from pendulum import UTC, DateTime, instance, now


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

    @staticmethod
    def _cut_offs() -> list[DateTime]:
        from service_reports.contracts import valid_contracts

        return sorted(
            {
                instance(contract.cut_off(report)).in_timezone(UTC)
                for contract in valid_contracts()
                for report in contract.reports
            }
        )

    def serialize(self) -> dict[str, Any]:
        """Nothing to keep: the calendars are in the contract files."""
        return {}

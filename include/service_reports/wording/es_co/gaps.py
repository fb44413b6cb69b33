"""What was not read, in words: for the readers of a report, and for those who collect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from service_reports.wording.es_co.formats import declared, declaring, read_instant
from service_reports.wording.es_co.labels import SOURCES
from service_reports.wording.shown import Composed, Quoted

Kind = Literal["never_read", "read_early", "refused", "unreadable", "not_loaded", "released", "in_part"]
UNREAD = "Sin leer"
"""In the place of a number that no reading supports."""
REFUSED = "Rechazado"
"""Of what came last about days of which an earlier reading stands."""
RELEASED = "Dado por bueno"
"""Of what a check refused and a person took as good."""
IN_PART = "Con filas aparte"
"""Of what counts without some of its rows."""
STANDING: Mapping[str, str] = {"released": RELEASED, "in_part": IN_PART}
SHORT_RUN = 2
"""So many days in a row are told one by one."""


def situation(kind: Kind, replaced: bool) -> str:
    """What became of days about which something is told, at the head of a line."""
    if kind in STANDING:
        return STANDING[kind]
    return REFUSED if replaced else UNREAD


def why(kind: Kind, at: datetime | None, batch: int | None, check: str, meaning: str) -> str:
    """What is known of days that were not read, for a reader of the report; ``meaning`` is what the check asks for."""
    moment, lot = read_instant(at), Composed(" (lote ", declared(str(batch)), ")")
    match kind:
        case "never_read":
            return "no se ha leído"
        case "read_early":
            return Composed("se leyó por última vez el ", moment, ", antes de que terminara")
        case "refused" | "released":
            told = ["la comprobación ", declared(check), " lo rechazó"] if check else ["fue rechazado"]
            asked = [", «", declaring(meaning), "»"] if meaning else []
            return Composed("llegó el ", moment, " y ", *told, *asked, lot)
        case "in_part":
            return Composed("de lo que llegó el ", moment, " no cuentan filas que las comprobaciones rechazaron", lot)
        case "not_loaded":
            return Composed("llegó el ", moment, " y aún no se ha cargado", lot)
        case "unreadable":
            return Composed("el ", moment, " no se pudo leer", lot)


SETTLED = {"left": " lo dejó así: «", "released": " lo dio por bueno: «"}
"""What a person did about what was refused, before the reason."""


def settled_so(by: str, decision: str, reason: str) -> str:
    """Who left refused what came, or released it, and why, as that person wrote it."""
    return Composed("; ", Quoted(by), SETTLED[decision], Quoted(reason), "»")


def metric(title: str, resource: str) -> str:
    """A metric of a resource, both as the contract calls them."""
    return Composed(Quoted(title), " de ", Quoted(resource))


def so_many_metrics(some: int, every: int) -> str:
    """How many of the metrics that the contract names."""
    return Composed(declared(some), " de ", declared(every), " métricas de OCI")


def sources(source: str, series: int = 0) -> str:
    """What a source brings, for who collects; of metrics, how many series."""
    return SOURCES[source] + (f" ({series})" if series else "")


def collected_metric(resource: str, name: str) -> str:
    """A metric by the provider's name."""
    return f"métrica {name} de {resource}"


def metrics(names: Iterable[str]) -> str:
    """Some metrics, each by its name."""
    return " y ".join(names)


def told(
    what: str,
    kind: Kind,
    at: datetime | None,
    batch: int | None,
    reason: str,
    replaced: bool,
    settled: tuple[str, str, str] | None = None,
) -> str:
    """Days of a source that were not read, and why, for who collects; the days follow.

    ``settled``: who left it refused or released it, which of both, and why.
    """
    moment = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""
    held = "; vale la lectura anterior de los días" if replaced and kind not in STANDING else ""
    held += f"; {settled[0]}{SETTLED[settled[1]]}{settled[2]}»" if settled else ""
    match kind:
        case "never_read":
            known = "días sin leer"
        case "read_early":
            known = f"sin leer después de terminar los días (última lectura: {moment})"
        case "refused" | "released":
            known = f"llegó el {moment} y fue rechazado (lote {batch}: {reason}){held}; días"
        case "in_part":
            known = f"lo que llegó el {moment} cuenta sin algunas filas (lote {batch}: {reason}){held}; días"
        case "not_loaded":
            known = f"llegó el {moment} y aún no se ha cargado (lote {batch}); días"
        case "unreadable":
            known = f"no se pudo leer el {moment} (lote {batch}: {reason}){held}; días"
    return f"{what}, {known}"


def spans(days: Sequence[date]) -> str:
    """Days as operators write them, consecutive ones as a range."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]} a {run[-1]}" if len(run) > SHORT_RUN else ", ".join(map(str, run)) for run in runs)

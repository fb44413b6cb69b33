"""OCI Monitoring as it is asked: at its pace, with patience, and again in halves where an answer is not whole."""

from __future__ import annotations

import re
import time as clock
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from service_reports.records.bounds import is_bearable
from service_reports.sources.answer import OddAnswer, SourceError
from service_reports.sources.oci_items import field, items, moment
from service_reports.sources.oci_metrics.questions import LENGTH, MOST_POINTS, MOST_SERIES, MetricRequest
from service_reports.sources.patience import PATIENCE_SECONDS, Patience

if TYPE_CHECKING:
    from oci.monitoring import MonitoringClient
    from oci.monitoring.models import SummarizeMetricsDataDetails

MOST_REQUESTS_A_SECOND = 10
"""What the service takes from one tenancy."""
TOO_LARGE = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
"""How a question is refused whose answer would be too large; the first also for other reasons."""

WINDOW = re.compile(r"([0-9]{1,4})([mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}

Points = tuple[tuple[str, str | None], ...]


def number(told: str) -> Decimal | None:
    """The value of a point; ``None`` where it is no number that a measurement can be."""
    try:
        value = Decimal(told)
    except InvalidOperation:
        return None
    return value if is_bearable(value) else None


class MetricStream(NamedTuple):
    """One series of an answer: stamps and values as the service told them, as text; a value may be absent.

    ``resource_ocid`` is empty where a series does not say whose it is.
    """

    resource_ocid: str
    interval: str
    statistic: str
    points: Points
    dimensions: Mapping[str, str] = {}


class Pace(Patience):
    """Keeps requests apart, so that no more than a number of them are made in any second, and waits with patience."""

    def __init__(
        self,
        per_second: int = MOST_REQUESTS_A_SECOND,
        now: Callable[[], float] = clock.monotonic,
        sleep: Callable[[float], None] = clock.sleep,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        super().__init__(patience, sleep)
        self._apart = 1 / per_second
        self._now = now
        self._next = float("-inf")

    def wait(self) -> None:
        """Return when the next request may be made."""
        early = self._next - self._now()
        if early > 0:
            self._sleep(early)
        self._next = max(self._next, self._now()) + self._apart


def ask(
    client: MonitoringClient, request_type: type[SummarizeMetricsDataDetails], tenancy_ocid: str, request: MetricRequest
) -> list[MetricStream]:
    """Put one question to Monitoring; one stream for every series, each point as it was told.

    ``client`` is an ``oci.monitoring.MonitoringClient`` and ``request_type`` its
    ``SummarizeMetricsDataDetails``. The service keeps hours for 90 days back from now: older
    days come back empty.

    Raises:
        OddAnswer: the answer is no list, or of other windows than were asked for, or no stream says whose it is.
    """
    place = f"{request.namespace}: {request.query}"
    details = request_type(
        namespace=request.namespace,
        query=request.query,
        start_time=request.start,
        end_time=request.end,
        resolution=request.interval,
    )
    answer = client.summarize_metrics_data(tenancy_ocid, details, compartment_id_in_subtree=True).data
    told = items(answer, place, answer)
    if others := sorted({each for each in map(_window, told) if each not in (None, LENGTH[request.interval])}):
        raise OddAnswer(
            f"{place}: la respuesta es de ventanas de {others[0]}, y se preguntó por las de {request.interval} — "
            "limpie esta tarea; si sigue así, pregunte a Oracle",
            answer,
        )
    streams = [_stream(each, request) for each in told]
    if streams and not any(stream.resource_ocid for stream in streams):
        raise OddAnswer(f"{place}: {strays(streams)}", answer)
    return streams


def strays(streams: Sequence[MetricStream]) -> str:
    """What is told of series that do not say whose they are."""
    told = [dict(stream.dimensions) for stream in streams if not stream.resource_ocid]
    more = f" y otras {len(told) - 1} series" * (len(told) > 1)
    return (
        f"una serie tiene las dimensiones {told[0]}{more} y ningún `resourceId` — grafique una métrica que Monitoring "
        "guarde por recurso"
    )


def _window(told: object) -> timedelta | None:
    """How long the windows of a series are, if it says so."""
    match = WINDOW.fullmatch(str(field(told, "resolution") or ""))
    return match and timedelta(**{UNITS[match[2]]: int(match[1])})


def _stream(told: object, request: MetricRequest) -> MetricStream:
    named = field(told, "dimensions")
    dimensions = {str(name): str(value) for name, value in named.items()} if isinstance(named, Mapping) else {}
    resource_ocid = dimensions.pop("resourceId", "")
    points = field(told, "aggregated_datapoints")
    read = tuple(map(_point, points if isinstance(points, list) else () if points is None else (points,)))
    return MetricStream(resource_ocid, request.interval, request.statistic, read, dimensions)


def _point(told: object) -> tuple[str, str | None]:
    at, value = field(told, "timestamp"), field(told, "value")
    stamp = moment(at)
    return str(at) if stamp is None else stamp.isoformat(), None if value is None else str(value)


class Asking:
    """Questions to Monitoring of one tenancy."""

    def __init__(
        self,
        client: MonitoringClient,
        request_type: type[SummarizeMetricsDataDetails],
        tenancy_ocid: str,
        pace: Pace | None = None,
    ) -> None:
        self._client, self._request_type, self._tenancy_ocid = client, request_type, tenancy_ocid
        self._pace = Pace() if pace is None else pace

    def whole(self, request: MetricRequest) -> list[MetricStream]:
        """The answer to a question, whole: what reaches a limit, or is refused, is asked again in halves.

        Raises:
            SourceError: one day of one resource is too much, or no stream says whose it is.
            oci.exceptions.ServiceError: as the service answers the smallest question.
        """
        from oci.exceptions import ServiceError

        too_many_series = False
        try:
            found = self._patiently(request)
        except ServiceError as error:
            halves = request.halves() if error.status in TOO_LARGE else ()
            if not halves:
                raise
        else:
            too_many_series = len(found) >= MOST_SERIES
            if not too_many_series and sum(len(stream.points) for stream in found) < MOST_POINTS:
                return found
            halves = request.halves(too_many_series=too_many_series)
        if not halves:
            raise SourceError(
                f"{request.namespace}: {request.query}: aun así la respuesta llega al límite de Monitoring "
                f"({MOST_SERIES} series o {MOST_POINTS} puntos) y no está completa — grafique una métrica con menos "
                "series"
            )
        return [stream for half in halves for stream in self.whole(half)]

    def _patiently(self, request: MetricRequest) -> list[MetricStream]:
        """One question, put again where the service is too busy, for as long as there is patience."""

        def put() -> list[MetricStream]:
            self._pace.wait()
            return ask(self._client, self._request_type, self._tenancy_ocid, request)

        return self._pace.ask(put)

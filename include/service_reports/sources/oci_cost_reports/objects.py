"""OCI cost reports: objects in Oracle's own bucket, of the ``cost-csv`` form or of FOCUS.

One object is one gzip CSV of lines per resource and hour (UTC). They are listed by
prefix and told apart by name and etag; names are not in period order, and a file that was
split is several objects like any others. Names are told to the provider and kept in the ledger,
never used as a path or as a key of the archive.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple

from isal import igzip, igzip_lib, isal_zlib

from service_reports.sources.answer import SourceError
from service_reports.sources.listing import listed
from service_reports.sources.oci_cost_reports.lines import add_up
from service_reports.sources.oci_cost_reports.pieces import Readable
from service_reports.sources.oci_cost_reports.sums import CostLines
from service_reports.sources.oci_items import field, items, moment
from service_reports.sources.patience import Patience
from service_reports.sources.source import Window
from service_reports.spooled import BLOCK_BYTES, size_of, spooled

if TYPE_CHECKING:
    from oci.object_storage import ObjectStorageClient

NAMESPACE = "bling"
PREFIXES = {"cost-csv": "reports/cost-csv/", "focus": "FOCUS Reports/"}
"""Where the objects of each form are."""

LATEST_ARRIVAL = timedelta(days=3)
"""A line may appear in an object created up to this long after its day; Oracle says 24 hours."""

MD5_BYTES = 16


class Limits(NamedTuple):
    """Sizes beyond which an object cannot be a cost report: Oracle splits them at a million lines."""

    compressed_bytes: int = 1024**3
    decompressed_bytes: int = 8 * 1024**3
    ratio: int = 200
    ratio_from_bytes: int = 16 * 1024**2
    """A small text may repeat itself that much; the ratio is looked at from this size on."""


class CostReport(NamedTuple):
    """An object of the provider's bucket, before it is read; ``md5`` in base64, as the provider gives it.

    One that does not tell when it was created is taken for new; one without a name (empty) cannot be asked for.
    """

    name: str
    etag: str | None
    size_bytes: int | None
    created_at: datetime
    md5: str | None = None

    @property
    def days(self) -> Window:
        """The UTC days that it may have lines of, unless it corrects older ones."""
        created = self.created_at.astimezone(UTC)
        return Window((created - LATEST_ARRIVAL).date(), created.date())


def list_reports(
    client: ObjectStorageClient,
    tenancy_ocid: str,
    window_from: date,
    window_to: date,
    form: Literal["cost-csv", "focus"] = "cost-csv",
    patience: Patience | None = None,
) -> Iterator[CostReport]:
    """Objects that can hold lines of a window of UTC days (both included), page by page.

    ``client`` is an ``oci.object_storage.ObjectStorageClient`` in the home region.
    """
    earliest = datetime.combine(window_from, datetime.min.time(), tzinfo=UTC)
    place = f"«{PREFIXES[form]}» de {tenancy_ocid}"
    patience = patience or Patience()
    latest = datetime.combine(window_to, datetime.min.time(), tzinfo=UTC) + timedelta(days=1) + LATEST_ARRIVAL

    def ask(start: str | None) -> tuple[Iterable[Any], str | None]:
        options = {"start": start} if start else {}
        options |= {"prefix": PREFIXES[form], "fields": "name,size,timeCreated,md5,etag"}
        page = patience.ask(partial(client.list_objects, NAMESPACE, tenancy_ocid, **options)).data
        return items(field(page, "objects"), place, page), field(page, "next_start_with")

    for found in listed(ask, place):
        report = CostReport(
            str(field(found, "name") or ""),
            field(found, "etag"),
            size if isinstance(size := field(found, "size"), int) else None,
            moment(field(found, "time_created")) or datetime.now(UTC),
            field(found, "md5"),
        )
        is_folder = report.name.endswith("/")  # as consoles mark one: an object without content
        if not is_folder and (earliest <= report.created_at < latest or not report.name):
            yield report


def read_report(
    client: ObjectStorageClient,
    tenancy_ocid: str,
    report: CostReport,
    limits: Limits = Limits(),  # noqa: B008
    patience: Patience | None = None,
) -> BinaryIO:
    """The compressed bytes of one object, checked against the MD5 that the provider tells; whoever asks closes them.

    Raises:
        SourceError: the object is too large, whatever the listing tells, or its bytes are not those the provider
            describes.
    """
    if report.size_bytes is not None and report.size_bytes > limits.compressed_bytes:
        raise _too_large(report, report.size_bytes, limits)
    answer = (patience or Patience()).ask(partial(client.get_object, NAMESPACE, tenancy_ocid, report.name))
    # The header is of the bytes sent; the listing may tell those of an object that was replaced since.
    told = answer.headers.get("content-md5") or report.md5
    return spooled(_checked(_as_stored(answer.data), report, told, limits))


def _as_stored(response: Any) -> Iterable[bytes]:  # noqa: ANN401 (the SDK's)
    """The bytes of an object as they are stored: its ``Content-Encoding`` would have them unpacked on the way."""
    if (raw := getattr(response, "raw", None)) is not None:
        raw.headers.pop("content-encoding", None)
    blocks: Iterable[bytes] = response.iter_content(BLOCK_BYTES)
    return blocks


def _checked(blocks: Iterable[bytes], report: CostReport, told: str | None, limits: Limits) -> Iterator[bytes]:
    """The same blocks; raises ``SourceError`` once they are too many, or at the end where they are not those told."""
    md5, size = hashlib.md5(usedforsecurity=False), 0
    for block in blocks:
        md5.update(block)
        size += len(block)
        if size > limits.compressed_bytes:
            raise _too_large(report, size, limits)
        yield block
    if told and _is_md5(told) and base64.b64decode(told) != md5.digest():
        found = base64.b64encode(md5.digest()).decode()
        raise SourceError(
            f"{report.name}: el proveedor da el MD5 {told} y los bytes tienen {found} — "
            "se dañaron en el camino; la próxima ejecución los lee otra vez"
        )


def _too_large(report: CostReport, size: int, limits: Limits) -> SourceError:
    return SourceError(f"{report.name} tiene {size} bytes: ningún informe de costos pasa de {limits.compressed_bytes}")


def _is_md5(text: str) -> bool:
    """Whether it is the MD5 of the bytes: an object uploaded in parts has another kind of digest."""
    try:
        return len(base64.b64decode(text, validate=True)) == MD5_BYTES
    except ValueError:
        return False


def parse(
    opened: Callable[[], BinaryIO],
    tag_keys: Sequence[str] = (),
    limits: Limits = Limits(),  # noqa: B008
    left_out: AbstractSet[int] = frozenset(),
) -> CostLines:
    """Add up the lines of one gzip CSV by hour, compartment, product and wanted tags, exactly.

    ``opened`` gives the CSV as a file, and again where it is added up again.
    The form is told by the header, whose names are matched without case (keys of tags without a
    namespace with it). Memory grows neither with the object nor with what is decompressed. Corrections are lines like
    any other: their quantities amend the sum. A line that touches several hours is spread over them by
    what of it falls into each. A line that cannot be read, or has no service, product or unit, is set
    aside, and so is a charge that is no use. Lines of the identities that are ``left_out`` are passed over.

    | record | ``cost-csv`` | FOCUS |
    |---|---|---|
    | ``charge_period_start`` | ``lineItem/intervalUsageStart`` | ``ChargePeriodStart`` |
    | its end | ``lineItem/intervalUsageEnd`` | ``ChargePeriodEnd`` |
    | ``compartment_ocid`` | ``product/compartmentId`` | ``oci_CompartmentId`` |
    | ``service_code`` | ``product/service`` (a code) | ``ServiceName`` (a code or the displayed name) |
    | ``product_description`` | ``product/Description``, else its number | ``ChargeDescription``, else its number |
    | ``quantity`` | ``usage/billedQuantity``, with overage | ``UsageQuantity`` |
    | ``product_sku`` | ``cost/productSku`` | ``SkuId`` |
    | ``unit`` | ``cost/skuUnitDescription``, else ``cost/billingUnitReadable`` | ``UsageUnit``, else ``PricingUnit`` |
    | ``currency`` | ``cost/currencyCode`` | ``BillingCurrency`` |
    | ``cost`` | ``cost/myCost`` | ``BilledCost`` |
    | a correction | ``lineItem/isCorrection`` | ``ChargeCategory`` is Adjustment, ``ChargeSubcategory`` Refund |
    | use | every line | ``ChargeCategory`` is Usage, unless of a commitment that was not used |
    | its reference | ``lineItem/referenceNo`` | ``oci_ReferenceNumber`` |
    | its back reference | ``lineItem/backreferenceNo`` | ``oci_BackReferenceNumber`` |
    | a wanted tag | column ``tags/<key>`` | a key of the JSON in ``Tags`` |

    That is FOCUS of the preview. From 1.0 on it says ``ConsumedQuantity`` and ``ConsumedUnit``, a correction is Usage
    of the ``ChargeClass`` Correction, and ``CommitmentDiscountStatus`` tells what was not used.

    Raises:
        SourceError: not a whole gzip file, one that decompresses to more than the limits, a required
            column missing, or quotes that hide where lines end.
    """
    try:
        with opened() as file, igzip.IGzipFile(fileobj=file, mode="rb") as stream:  # it would go by the mode of a file
            text = _Bounded(stream, size_of(file), limits)
            found = add_up(text, tag_keys, left_out=left_out)
    except (EOFError, igzip.BadGzipFile, igzip_lib.IsalError) as error:
        raise SourceError(f"no es un CSV completo en gzip y UTF-8: {error}") from error
    found.text_sum = text.sum
    found.without = partial(parse, opened, tag_keys, limits)
    return found


class _Bounded:
    """A decompressing stream that refuses to give more than a cost report can hold."""

    def __init__(self, stream: Readable, compressed_bytes: int, limits: Limits) -> None:
        self._stream, self._given, self._crc32, self._adler32 = stream, 0, 0, 1
        self._most = min(limits.decompressed_bytes, max(limits.ratio_from_bytes, compressed_bytes * limits.ratio))

    def read(self, size: int, /) -> bytes:
        """The next bytes."""
        return self._counted(self._stream.read(size))

    def readline(self, size: int, /) -> bytes:
        """The bytes up to the next end of line."""
        return self._counted(self._stream.readline(size))

    @property
    def sum(self) -> str:
        """What tells the text that was given from any other."""
        return f"{self._given:x}-{self._crc32:08x}-{self._adler32:08x}"

    def _counted(self, block: bytes) -> bytes:
        self._given += len(block)
        if self._given > self._most:
            raise SourceError(f"descomprimido pasa de {self._most} bytes, como ningún informe de costos: no se cargó")
        # Two sums and the length tell texts of one provider apart, at a tenth of what a hash costs.
        self._crc32, self._adler32 = isal_zlib.crc32(block, self._crc32), isal_zlib.adler32(block, self._adler32)
        return block

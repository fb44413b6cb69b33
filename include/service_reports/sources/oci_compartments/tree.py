"""OCI compartments: the tree of a tenancy, of which a contract pays for one or more branches.

The archived form is a JSON array of ``Compartment`` in this product's names, by OCID, so that an
unchanged tree gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from service_reports.records import OciCompartment
from service_reports.sources.answer import Answer
from service_reports.sources.listing import listed
from service_reports.sources.oci_items import field, is_item, items
from service_reports.sources.patience import Patience
from service_reports.sources.rows import Rows, read_rows

if TYPE_CHECKING:
    from oci.identity import IdentityClient

PAGE = 1000
PLACE = "`ListCompartments`"
UNTOLD = {"name": "(sin nombre)", "lifecycle_state": "(sin estado)"}
"""What stands for words that a compartment lacks."""


def fetch(client: IdentityClient, tenancy_ocid: str) -> Answer:
    """List every compartment under a tenancy; ``client`` is an ``oci.identity.IdentityClient``."""

    patience = Patience()

    def ask(page: str | None) -> tuple[Iterable[Any], str | None]:
        options: dict[str, Any] = {"compartment_id_in_subtree": True, "limit": PAGE, **({"page": page} if page else {})}
        answer = patience.ask(partial(client.list_compartments, tenancy_ocid, **options))
        return items(answer.data, PLACE, answer.data), answer.headers.get("opc-next-page")

    told = [
        {
            "compartment_ocid": field(each, "id"),
            "parent_ocid": field(each, "compartment_id"),
            "name": field(each, "name"),
            "lifecycle_state": field(each, "lifecycle_state"),
        }
        if is_item(each)
        else each
        for each in listed(ask, PLACE)
    ]
    # Pages may overlap; of one that changed from one to the next the later one tells.
    found = list({_ocid(each) or number: each for number, each in enumerate(told)}.values())
    found.sort(key=lambda each: str(_ocid(each)))
    return Answer("compartments", json.dumps(found, ensure_ascii=False, indent=1).encode(errors="surrogatepass"))


def _ocid(told: object) -> str | None:
    ocid = told["compartment_ocid"] if isinstance(told, Mapping) else None
    return ocid if isinstance(ocid, str) else None


def parse(content: bytes) -> Rows[OciCompartment]:
    """The compartments of one archived listing; what cannot be read is set aside.

    One without a name or a state is one all the same: what lies under it would hang in the air.
    """
    told = json.loads(content)
    named = (
        {**each, **{name: words for name, words in UNTOLD.items() if not each.get(name)}}
        if isinstance(each, Mapping)
        else each
        for each in told
    )
    return read_rows(OciCompartment, named, spared=UNTOLD)

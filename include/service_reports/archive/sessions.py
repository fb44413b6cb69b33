"""Sessions of boto3 that clients of an object storage are made of: what botocore does slowly, done once or quickly."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, cast

from botocore.loaders import Loader, create_loader
from botocore.utils import parse_timestamp

if TYPE_CHECKING:
    from boto3.session import Session

DATE_CHARACTERS = 10


@cache
def _descriptions() -> Loader:
    """What botocore knows of its services, in files of JSON that it would read anew for each client."""
    return create_loader()


def _moment(told: object) -> datetime:
    """A moment of an answer; botocore takes a third of a millisecond for that of each object of a listing."""
    if isinstance(told, str) and told[DATE_CHARACTERS : DATE_CHARACTERS + 1] == "T":
        try:
            return datetime.fromisoformat(told)
        except ValueError:
            pass
    return cast("datetime", parse_timestamp(told))


def prepared(session: Session) -> Session:
    """The session, whose clients share what is known of services, and read the moments of a listing quickly."""
    beneath = session._session  # noqa: SLF001 (boto3 hands neither on to it)
    beneath.register_component("data_loader", _descriptions())
    beneath.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    return session

"""The archive only grows: a name keeps its bytes, and changed bytes are noticed."""

from __future__ import annotations

import hashlib
import tracemalloc
from datetime import timedelta
from urllib.request import urlopen
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from sandbox.supervisor import Sandbox
from service_reports.archive import Archive, ArchiveConflict, ArchiveMissing
from service_reports.spooled import BLOCK_BYTES, digest, spooled

pytestmark = pytest.mark.integration


@pytest.fixture
def archive(servers: Sandbox) -> Archive:
    return servers.archive()


def test_bytes_are_kept_under_their_hash_and_read_back(archive: Archive) -> None:
    content = uuid4().bytes
    key = archive.keep(content)
    assert archive.keep(content) == key
    assert archive.read(key) == content


def test_an_issued_name_is_never_overwritten(archive: Archive) -> None:
    name = f"issued/{uuid4()}.pdf"
    archive.create(name, b"first", "application/pdf")
    archive.create(name, b"first", "application/pdf")
    with pytest.raises(ArchiveConflict, match="nunca se sobrescribe"):
        archive.create(name, b"second", "application/pdf")
    assert archive.read(name) == b"first"


def test_of_two_writers_at_once_one_wins_and_the_other_is_told(archive: Archive) -> None:
    name = f"issued/{uuid4()}.pdf"
    late = Archive(_Early(archive.client), archive.bucket)
    archive.create(name, b"first")
    with pytest.raises(ArchiveConflict):
        late.create(name, b"second")
    assert archive.read(name) == b"first"


class _InItsWay:
    """A client that meets another one which is still writing the same object, and then gives up."""

    def __init__(self, client: object) -> None:
        self._client = client

    def put_object(self, **arguments: object) -> object:
        told = {"Code": "ConditionalRequestConflict", "Message": "A conflicting operation is under way"}
        raise ClientError({"Error": told}, "PutObject")

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)


def test_a_writer_that_meets_one_who_gave_up_may_try_again_and_raises_no_alarm(archive: Archive) -> None:
    content = uuid4().bytes
    with pytest.raises(ClientError, match="ConditionalRequestConflict"):
        Archive(_InItsWay(archive.client), archive.bucket).keep(content)
    assert archive.read(archive.keep(content)) == content


def test_a_link_hands_out_the_bytes_under_their_own_name_for_seven_days_at_most(archive: Archive) -> None:
    key = archive.keep(b"%PDF-1.7 whole")
    with urlopen(archive.link(key, "Informe.pdf", timedelta(hours=1)), timeout=10) as answer:
        assert answer.read() == b"%PDF-1.7 whole"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="Informe.pdf"'
    with pytest.raises(ValueError, match="7 días"):
        archive.link(key, "Informe.pdf", timedelta(days=8))


def test_where_the_store_refuses_by_itself_nobody_looks_before_and_nothing_is_overwritten(archive: Archive) -> None:
    requests: list[str] = []
    archive.client.meta.events.register("before-send.s3", lambda event_name, **_: requests.append(event_name))
    tried, name = archive.tried(), f"issued/{uuid4()}.pdf"
    assert tried.refuses
    requests.clear()
    tried.create(name, b"first")
    assert [each.rpartition(".")[2] for each in requests] == ["PutObject", "GetObject"]
    tried.create(name, b"first")
    with pytest.raises(ArchiveConflict, match="nunca se sobrescribe"):
        tried.create(name, b"second")
    assert archive.read(name) == b"first"


def test_where_the_store_would_overwrite_each_name_is_looked_at_before(archive: Archive) -> None:
    careless, name = Archive(_Careless(archive.client), archive.bucket).tried(), f"issued/{uuid4()}.pdf"
    assert not careless.refuses
    careless.create(name, b"first")
    with pytest.raises(ArchiveConflict, match="nunca se sobrescribe"):
        careless.create(name, b"second")
    assert archive.read(name) == b"first"


class _Careless:
    """A client of a store that does not know the condition under which it is asked to write."""

    def __init__(self, client: object) -> None:
        self._client = client

    def put_object(self, **arguments: object) -> object:
        del arguments["IfNoneMatch"]
        return self._client.put_object(**arguments)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)


class _Early:
    """A client whose first look came before the other writer's put."""

    def __init__(self, client: object) -> None:
        self._client = client
        self._looked = False

    def get_object(self, **arguments: str) -> object:
        if not self._looked:
            self._looked = True
            arguments["Key"] = "not there yet"
        return self._client.get_object(**arguments)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)


def test_bytes_that_were_changed_behind_the_archive_are_noticed(archive: Archive) -> None:
    key = archive.keep(uuid4().bytes)
    metadata = archive.client.head_object(Bucket=archive.bucket, Key=key)["Metadata"]
    archive.client.put_object(Bucket=archive.bucket, Key=key, Body=b"changed", Metadata=metadata)
    with pytest.raises(ArchiveConflict, match="cambió"):
        archive.read(key)


def test_a_file_is_kept_and_opened_again_without_being_held(archive: Archive) -> None:
    blocks = 48
    with spooled(number.to_bytes() * BLOCK_BYTES for number in range(blocks)) as file:
        tracemalloc.start()
        try:
            key = archive.keep(file)
            assert archive.keep(file) == key
            with archive.opened(key) as same:
                held = tracemalloc.get_traced_memory()[1]
                assert digest(same) == digest(file)
        finally:
            tracemalloc.stop()
    assert digest(archive.read(key)).size_bytes == blocks * BLOCK_BYTES
    assert held < blocks * BLOCK_BYTES / 3


def test_a_file_that_was_changed_behind_the_archive_is_not_opened(archive: Archive) -> None:
    key = archive.keep(uuid4().bytes)
    archive.client.put_object(Bucket=archive.bucket, Key=key, Body=b"changed")
    with pytest.raises(ArchiveConflict, match="cambió"):
        archive.opened(key)


def test_what_the_store_does_not_give_back_is_noticed_at_once(archive: Archive) -> None:
    forgetful = Archive(_Forgetful(archive.client), archive.bucket)
    with pytest.raises(ArchiveConflict, match="no se lee como se escribió"):
        forgetful.keep(uuid4().bytes)


def test_what_was_damaged_when_it_was_kept_is_refused_however_often_it_is_tried(archive: Archive) -> None:
    """The task that fails is tried again: what the object says of itself is no proof of its bytes."""
    content = uuid4().bytes
    for client in (_Forgetful(archive.client, tells=False), archive.client):
        with pytest.raises(ArchiveConflict, match="cambió"):
            Archive(client, archive.bucket).keep(content)


class _Forgetful:
    """A client whose server keeps less than it was given, and tells so in the object's metadata, or does not."""

    def __init__(self, client: object, *, tells: bool = True) -> None:
        self._client = client
        self._tells = tells

    def put_object(self, **arguments: object) -> object:
        del arguments["ContentMD5"]
        content = bytes(arguments["Body"])[:-1]  # type: ignore[call-overload]
        arguments["Body"] = content
        if self._tells:
            arguments["Metadata"] = {"sha256": hashlib.sha256(content).hexdigest()}
        return self._client.put_object(**arguments)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)


def test_a_name_that_is_not_there_is_told_from_one_that_was_changed(archive: Archive) -> None:
    with pytest.raises(ArchiveMissing, match="no existe"):
        archive.read("issued/nothing.pdf")


class _Counting:
    """A client that counts what is asked of it."""

    def __init__(self, client: object) -> None:
        self._client = client
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> object:
        self.asked.append(name)
        return getattr(self._client, name)


def test_bytes_are_kept_by_two_requests_and_who_works_with_them_reads_them_no_more(archive: Archive) -> None:
    counting = _Counting(archive.client)
    working, content = Archive(counting, archive.bucket).remembering(), uuid4().bytes
    key = working.keep(content)
    assert counting.asked == ["put_object", "get_object"]
    assert working.keep(content) == key
    assert working.read(key) == content
    assert counting.asked == ["put_object", "get_object"]
    assert archive.read(key) == content


def test_a_name_is_read_each_time_by_whoever_works_with_it(archive: Archive) -> None:
    name, working = f"issued/{uuid4()}.pdf", archive.remembering()
    working.create(name, b"issued")
    archive.client.put_object(Bucket=archive.bucket, Key=name, Body=b"changed")
    assert working.read(name) == b"changed"
    with pytest.raises(ArchiveConflict):
        working.create(name, b"issued")


def test_bytes_under_a_hash_that_somebody_changed_are_not_written_over(archive: Archive) -> None:
    content = uuid4().bytes
    key = archive.keep(content)
    archive.client.put_object(Bucket=archive.bucket, Key=key, Body=b"changed")
    with pytest.raises(ArchiveConflict):
        archive.keep(content)
    assert archive.client.get_object(Bucket=archive.bucket, Key=key)["Body"].read() == b"changed"

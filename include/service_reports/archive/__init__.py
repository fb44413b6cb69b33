"""Object storage that only grows: bytes by their hash, and issued files by their name.

Works with any S3 (OCI's compatibility API, MinIO, moto). The client is made by the caller
with its own timeouts and retries; nothing here retries.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Self

from botocore.exceptions import ClientError

from service_reports.spooled import BLOCK_BYTES, Digest, blocks_of, digest, spooled

if TYPE_CHECKING:
    from botocore.client import BaseClient

NOT_FOUND = {"404", "NoSuchKey", "NotFound"}
UNKNOWN_TO_THE_STORE = {"ObjectLockConfigurationNotFoundError", "NotImplemented", "MethodNotAllowed"}
EXISTS_ALREADY = {"412", "PreconditionFailed", "ConditionalRequestConflict"}
DAYS_OF_A_YEAR = 365
LONGEST_LINK = timedelta(days=7)
TRIED = b"Does this store refuse to overwrite?"
BLOBS = "blobs/"
"""Under it bytes lie by their SHA-256, so that nobody can put others in their place unnoticed."""


class ArchiveConflict(RuntimeError):
    """A name that is taken by other bytes."""


class ArchiveMissing(RuntimeError):
    """A name under which there is nothing."""


class Listed(NamedTuple):
    """An object as a listing tells it; ``etag`` is another one when other bytes lie under the key."""

    key: str
    etag: str
    size_bytes: int


@dataclass(frozen=True)
class Archive:
    """A bucket in which objects are created and never changed.

    ``client`` is a boto3 S3 client; ``bucket`` its bucket. Where the store ``refuses`` by itself to write where
    something is, nobody looks before.
    """

    client: BaseClient
    bucket: str
    refuses: bool = field(default=False, kw_only=True)

    def keep(self, content: bytes | BinaryIO) -> str:
        """Keep bytes under their SHA-256 and return the key. Keeping them again changes nothing."""
        name = digest(content).sha256
        key = f"{BLOBS}{name[:2]}/{name}"
        self.create(key, content)
        return key

    def create(self, key: str, content: bytes | BinaryIO, media_type: str = "application/octet-stream") -> None:
        """Create an object and read it back; the same bytes under the same key are accepted.

        Of a file no more than a block is held at once.

        Raises:
            ArchiveConflict: the key holds other bytes, or the store gave back others than it was given.
        """
        # Of bytes under their own hash nobody looks before: a store that ignores the condition writes the same ones.
        told = digest(content)
        held = None if self.refuses or key.startswith(BLOBS) else self._held(key)
        if held is None:
            try:
                self._put(key, content, told, media_type)
            except ClientError as error:
                held = self._held(key)
                # None: another writer is at it, or gave up, and it may be tried again.
                if held is None or (held != told.sha256 and error.response["Error"]["Code"] not in EXISTS_ALREADY):
                    raise
            else:
                unlike = f"s3://{self.bucket}/{key} no se lee como se escribió"
                try:
                    same = self._take(key) == told.sha256
                except ArchiveConflict as error:
                    raise ArchiveConflict(f"{unlike}: {error}") from error
                if not same:
                    raise ArchiveConflict(unlike)
                return
        if held != told.sha256:
            raise ArchiveConflict(
                f"s3://{self.bucket}/{key} ya tiene otros bytes (SHA-256 {held}; los nuevos, {told.sha256}): "
                "el archivo nunca se sobrescribe"
            )

    def tried(self) -> Self:
        """The same archive, of which it is known whether its store refuses; for who creates many objects."""
        return replace(self, refuses=self.refuses_to_overwrite())

    def refuses_to_overwrite(self) -> bool:
        """Whether the store itself refuses to write where something is, tried with the same bytes once they are kept.

        Of stores that do not know the condition some ignore it: two writers at once would then overwrite each other.
        """
        key = self.keep(TRIED)
        try:
            self._put(key, TRIED, digest(TRIED), "application/octet-stream")
        except ClientError as error:
            if error.response["Error"]["Code"] not in EXISTS_ALREADY:
                raise
            return True
        return False

    def read(self, key: str) -> bytes:
        """The bytes of an object, checked against the hash they were kept with, and under ``blobs/`` against its name.

        Raises:
            ArchiveConflict: the bytes are no longer those that were kept.
            ArchiveMissing: there is no such object.
        """
        blocks: list[bytes] = []
        self._take(key, blocks.append)
        return b"".join(blocks)

    def opened(self, key: str) -> BinaryIO:
        """The same bytes as a file, for what memory may not hold; whoever is given it closes it.

        Raises:
            ArchiveConflict: as ``read``, before anything of them is given.
            ArchiveMissing: there is no such object.
        """
        file = spooled(())
        try:
            self._take(key, file.write)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def link(self, key: str, file_name: str, lasting: timedelta) -> str:
        """An address at which anybody who has it reads the object, saved as ``file_name``, for a time.

        Raises:
            ValueError: S3 signs for a second at least and seven days at most (Signature Version 4).
        """
        if not timedelta(seconds=1) <= lasting <= LONGEST_LINK:
            raise ValueError(f"un enlace sirve de un segundo a {LONGEST_LINK.days} días, no {lasting}")
        disposition = f'attachment; filename="{file_name}"'
        address: str = self.client.generate_presigned_url(
            "get_object",
            Params={"Bucket": self.bucket, "Key": key, "ResponseContentDisposition": disposition},
            ExpiresIn=int(lasting.total_seconds()),
        )
        return address

    def listed(self, prefix: str, after: str = "") -> Iterator[Listed]:
        """The objects under a prefix, in the order of their keys; those ``after`` a key."""
        from_there = {"StartAfter": after} if after else {}
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, **from_there)
        for page in pages:
            for each in page.get("Contents", ()):
                yield Listed(each["Key"], each["ETag"].strip('"'), each["Size"])

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """The keys under a prefix, in order; those ``after`` a key."""
        return (each.key for each in self.listed(prefix, after))

    def folder(self, prefix: str) -> tuple[list[str], list[str]]:
        """What lies right under a prefix that ends with a slash: the keys, and the prefixes of the folders below."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/")
        names: list[str] = []
        folders: list[str] = []
        for page in pages:
            names += [listed["Key"] for listed in page.get("Contents", ())]
            folders += [listed["Prefix"] for listed in page.get("CommonPrefixes", ())]
        return names, folders

    def retention_days(self) -> int | None:
        """For how many days the bucket's Object Lock keeps what is put into it; ``None`` where it has no such rule.

        OCI's S3 API does not tell: its retention rules are seen in OCI's own console.
        """
        try:
            answer = self.client.get_object_lock_configuration(Bucket=self.bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] in UNKNOWN_TO_THE_STORE | NOT_FOUND:
                return None
            raise
        rule = answer["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention", {})
        days = int(rule.get("Days", 0)) + DAYS_OF_A_YEAR * int(rule.get("Years", 0))
        return days or None

    def remembering(self) -> Archive:
        """The same archive for who works on one thing: what was kept or read by its hash is not read again."""
        return _Remembering(self.client, self.bucket, self)

    def _take(self, key: str, take: Callable[[bytes], object] = lambda _: None) -> str:
        """Hand on an object block by block, and give its SHA-256 once it is checked; as ``read``."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_FOUND:
                raise ArchiveMissing(f"s3://{self.bucket}/{key} no existe") from error
            raise
        summing = hashlib.sha256()
        while block := answer["Body"].read(BLOCK_BYTES):
            summing.update(block)
            take(block)
        kept, found = answer["Metadata"].get("sha256"), summing.hexdigest()
        if kept is not None and kept != found:
            raise ArchiveConflict(f"s3://{self.bucket}/{key} cambió: se guardó con SHA-256 {kept}, y ahora es {found}")
        if key.startswith(BLOBS) and key.rpartition("/")[2] != found:
            raise ArchiveConflict(
                f"s3://{self.bucket}/{key} cambió: tiene la huella {found}, que no es la de su nombre"
            )
        return found

    def _put(self, key: str, content: bytes | BinaryIO, told: Digest, media_type: str) -> None:
        """Write where nothing is."""
        self.client.put_object(
            Bucket=self.bucket,
            Key=key,
            Body=content,
            ContentType=media_type,
            # The server checks it, and Object Lock asks for it.
            ContentMD5=base64.b64encode(bytes.fromhex(told.md5)).decode(),
            Metadata={"sha256": told.sha256},
            IfNoneMatch="*",
        )

    def _held(self, key: str) -> str | None:
        """The SHA-256 of what is there."""
        try:
            return self._take(key)
        except ArchiveMissing:
            return None


@dataclass(frozen=True)
class _Remembering(Archive):
    """An archive that holds what it read under a hash, which is what it was as long as anybody works with it."""

    of: Archive
    known: dict[str, bytes] = field(default_factory=dict, repr=False)

    def create(self, key: str, content: bytes | BinaryIO, media_type: str = "application/octet-stream") -> None:
        if self.known.get(key) != content:
            self.of.create(key, content, media_type)
        if isinstance(content, bytes):  # a file is one because memory may not hold it
            self._remember(key, content)

    def read(self, key: str) -> bytes:
        if key not in self.known:
            self._remember(key, content := self.of.read(key))
            return content
        return self.known[key]

    def opened(self, key: str) -> BinaryIO:
        return spooled(blocks_of(self.known[key])) if key in self.known else self.of.opened(key)

    def _remember(self, key: str, content: bytes) -> None:
        if key.startswith(BLOBS):
            self.known[key] = content

    def refuses_to_overwrite(self) -> bool:
        return self.of.refuses_to_overwrite()

    def link(self, key: str, file_name: str, lasting: timedelta) -> str:
        return self.of.link(key, file_name, lasting)

    def listed(self, prefix: str, after: str = "") -> Iterator[Listed]:
        return self.of.listed(prefix, after)

    def folder(self, prefix: str) -> tuple[list[str], list[str]]:
        return self.of.folder(prefix)

    def retention_days(self) -> int | None:
        return self.of.retention_days()

"""Object storage that only grows: bytes by their hash, and issued files by their name.

Works with any S3 (OCI's compatibility API, MinIO, moto). The client is made by the caller
with its own timeouts and retries; nothing here retries.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

NOT_FOUND = {"404", "NoSuchKey", "NotFound"}
EXISTS_ALREADY = {"412", "PreconditionFailed", "ConditionalRequestConflict"}


class ArchiveConflict(RuntimeError):
    """A name that is taken by other bytes."""


@dataclass(frozen=True)
class Archive:
    """A bucket in which objects are created and never changed.

    ``client`` is a boto3 S3 client; ``bucket`` its bucket.
    """

    client: Any
    bucket: str

    def keep(self, content: bytes) -> str:
        """Keep bytes under their SHA-256 and return the key. Keeping them again changes nothing."""
        digest = hashlib.sha256(content).hexdigest()
        key = f"blobs/{digest[:2]}/{digest}"
        self.create(key, content)
        return key

    def create(self, key: str, content: bytes, media_type: str = "application/octet-stream") -> None:
        """Create an object; the same bytes under the same key are accepted.

        Raises:
            ArchiveConflict: the key holds other bytes.
        """
        held = self._digest(key)
        digest = hashlib.sha256(content).hexdigest()
        if held is None:
            try:
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=content,
                    ContentType=media_type,
                    Metadata={"sha256": digest},
                    IfNoneMatch="*",
                )
                return
            except ClientError as error:
                if error.response["Error"]["Code"] not in EXISTS_ALREADY:
                    raise
                held = self._digest(key)
        if held != digest:
            raise ArchiveConflict(
                f"s3://{self.bucket}/{key} holds other bytes (sha256 {held}, new {digest}); "
                "the archive is never overwritten"
            )

    def read(self, key: str) -> bytes:
        """The bytes of an object, checked against the hash they were kept with.

        Raises:
            ArchiveConflict: the bytes are no longer those that were kept.
        """
        answer = self.client.get_object(Bucket=self.bucket, Key=key)
        content: bytes = answer["Body"].read()
        kept = answer["Metadata"].get("sha256")
        digest = hashlib.sha256(content).hexdigest()
        if kept is not None and kept != digest:
            raise ArchiveConflict(f"s3://{self.bucket}/{key} was changed: kept with sha256 {kept}, now {digest}")
        return content

    def _digest(self, key: str) -> str | None:
        try:
            head = self.client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_FOUND:
                return None
            raise
        digest = head["Metadata"].get("sha256")
        return digest if digest is not None else hashlib.sha256(self.read(key)).hexdigest()

"""Writing files so that a reader never sees a half: temporary name, rename; and fsync where a crash must lose
nothing."""

import gzip
import hashlib
import os
from pathlib import Path

TEMPORARY_SUFFIX = ".tmp.sagemaker-ignore"
"""The checkpoint agent leaves names with this ending alone."""


def write_atomically(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Replaces `path`. Directories above it are made. Whoever looks finds the old content or the new, whole.
    `durable`: also after the machine has lost power; it costs a wait for the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    with temporary.open("wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.replace(temporary, path)
    if durable:
        _sync_directory(path.parent)


def gzip_bytes(content: bytes) -> bytes:
    """One gzip member without a time stamp: equal content gives equal bytes."""
    return gzip.compress(content, compresslevel=6, mtime=0)


def sha256_of(content: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

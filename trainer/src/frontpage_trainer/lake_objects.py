"""The objects of the lake as they lie on disk: which there are, and their bytes, unpacked as far as possible."""

import re
import zlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from isal import igzip_lib

from .errors import DataRejected
from .log import warn

_GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 1 << 18
_SALVAGE_STEP = 1024
MAX_UNPACKED_BYTES = 1 << 30
"""Firehose packs at most 128 MiB and a record into one object; twice the bound of a fresh beat."""
_PARTITION = re.compile(r"(?:^|/)dt=(\d{4}-\d{2}-\d{2})/")


@dataclass(frozen=True)
class Unpacked:
    """Content of one object. `damaged`: bytes behind these could not be unpacked."""

    content: bytes
    damaged: bool


def objects_below(folder: Path, suffix: str) -> list[tuple[str, Path]]:
    """Key below the channel and path of each object with this ending, in key order. No folder: none."""
    found = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    others = [path.name for path in found if path.suffix != suffix]
    if others:
        warn(
            f"{len(others)} files of channel {folder.name} do not end in {suffix} and are not read, such as {others[0]}"
        )
    keys = [(path.relative_to(folder).as_posix(), path) for path in found if path.suffix == suffix]
    return sorted(keys)


def partition_day(key: str) -> date | None:
    """The day of the `dt=` folder that a key lies in; `None` outside such a folder."""
    match = _PARTITION.search(key)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def unpack(key: str, path: Path) -> Unpacked:
    """Unpacks gzip of any number of members; takes plain text as it is. What comes before a damage is kept.

    Raises `DataRejected` when not one byte can be unpacked, or more than `MAX_UNPACKED_BYTES`: such an object was not
    written by the delivery.
    """
    raw = path.read_bytes()
    if not raw.startswith(_GZIP_MAGIC):
        return Unpacked(raw, damaged=False)
    content = _whole(raw)
    damaged = content is None
    if content is None:
        content = _salvage(raw)
    if not content and damaged:
        raise DataRejected(
            f"{key} cannot be unpacked: it begins like gzip but nothing of it can be read; "
            "restore the object or remove it from the partition manifest"
        )
    if len(content) > MAX_UNPACKED_BYTES:
        raise DataRejected(
            f"{key} unpacks to more than {MAX_UNPACKED_BYTES} bytes, which Firehose does not write: look who else may "
            "write to the lake, and remove the object from the partition manifest or split it"
        )
    return Unpacked(content, damaged)


def _whole(raw: bytes) -> bytes | None:
    """All members, zeros behind them apart, or the first bytes up to one beyond the bound; `None` where there is a
    damage. In pieces, because a buffer that grows is copied each time, to memory that is new each time."""
    out: list[bytes] = []
    rest, left = raw, MAX_UNPACKED_BYTES + 1
    try:
        while rest and left:
            member = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
            while left and not member.eof:
                out.append(member.decompress(rest, max_length=min(left, _PIECE)))
                if not out[-1] and not member.eof:
                    return None
                left -= len(out[-1])
                rest = b""
            rest = member.unused_data.lstrip(b"\0")
    except igzip_lib.IsalError:
        return None
    return b"".join(out)


def _salvage(raw: bytes) -> bytes:
    """All bytes before the first damage, over members, found in small steps because a step that fails gives nothing. It
    ends soon after the bound."""
    out: list[bytes] = []
    rest, size = raw, 0
    while rest.startswith(_GZIP_MAGIC) and size <= MAX_UNPACKED_BYTES:
        member = zlib.decompressobj(wbits=31)
        position = 0
        try:
            while position < len(rest) and not member.eof and size <= MAX_UNPACKED_BYTES:
                out.append(member.decompress(rest[position : position + _SALVAGE_STEP]))
                size += len(out[-1])
                position += _SALVAGE_STEP
        except zlib.error:
            break
        if not member.eof:
            break
        rest = member.unused_data + rest[position:]
    return b"".join(out)

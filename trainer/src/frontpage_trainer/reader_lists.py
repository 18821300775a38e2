"""The readers' lists and the common ones, as gzipped lines of DynamoDB JSON. Format in docs/formats.md."""

import hashlib
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .artefact import Artefact
from .dataset import Dataset
from .files import gzip_bytes
from .hyperparameters import Hyperparameters
from .ranking import Blend, rank
from .snapshot import Snapshot


def write_reader_lists(
    artefact: Artefact,
    data: Dataset,
    parameters: Hyperparameters,
    snapshot: Snapshot,
    blend: Blend | None,
    check_stop: Callable[[], None],
    wrote: Callable[[int, float], None],
) -> int:
    """One line for each reader of the window who has an unread candidate; returns how many. A reader who has read
    everything gets none: the common list serves them. `wrote` hears of each shard how many readers it was made for and
    in how many seconds."""
    readers = _shuffled(data.user_ids)
    written = shards = 0
    for start in range(0, readers.size, parameters.readers_per_shard):
        check_stop()
        started = time.monotonic()
        block = readers[start : start + parameters.readers_per_shard]
        lines = shard_lines(block, data, parameters, snapshot, blend)
        if lines:
            _add_shard(artefact, f"recommendations/part-{shards:05d}.json.gz", lines)
            written += len(lines)
            shards += 1
        wrote(block.size, time.monotonic() - started)
    return written


def shard_lines(
    readers: NDArray[np.int64], data: Dataset, parameters: Hyperparameters, snapshot: Snapshot, blend: Blend | None
) -> list[str]:
    """The lines of these readers, without those who get none."""
    ranked = rank(snapshot, readers, parameters.list_length, blend)
    return [
        _line(f"u#{data.user_ids[reader]}", articles, data, parameters)
        for reader, articles in zip(readers, ranked, strict=True)
        if articles[0] >= 0
    ]


def write_common_lists(artefact: Artefact, data: Dataset, parameters: Hyperparameters, snapshot: Snapshot) -> None:
    """The popular list, and one for each section that has a candidate."""
    lines = [_line("list#popular", snapshot.candidates[: parameters.list_length], data, parameters)]
    sections = data.sections[snapshot.candidates]
    for section in sorted({section for section in sections if section is not None}):
        articles = snapshot.candidates[sections == section][: parameters.list_length]
        lines.append(_line(f"list#section#{section}", articles, data, parameters))
    _add_shard(artefact, "lists/part-00000.json.gz", lines)


def _shuffled(user_ids: NDArray[np.object_]) -> NDArray[np.int64]:
    """Readers in order of a hash of their id: neighbours in a shard lie on different partitions of the table, and the
    order is the same each day."""
    hashes = np.array([hashlib.blake2b(user_id.encode(), digest_size=8).digest() for user_id in user_ids], dtype="S8")
    return np.argsort(hashes.view(">u8"), kind="stable")


def _line(key: str, articles: NDArray[np.int32], data: Dataset, parameters: Hyperparameters) -> str:
    """No character of an id's alphabet needs escaping in JSON."""
    ids = " ".join(data.article_ids[articles[articles >= 0]])
    return (
        f'{{"Item":{{"pk":{{"S":"{key}"}},"sk":{{"S":"v#{parameters.version}"}},"articles":{{"S":"{ids}"}},'
        f'"expires_at":{{"N":"{parameters.expires_at}"}}}}}}\n'
    )


def _add_shard(artefact: Artefact, path: str, lines: list[str]) -> None:
    artefact.add(path, "shard", gzip_bytes("".join(lines).encode()), items=len(lines))

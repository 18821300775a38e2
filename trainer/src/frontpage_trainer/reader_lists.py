"""The readers' lists and the common ones, as gzipped lines of DynamoDB JSON. Format in docs/formats.md."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .artefact import Artefact
from .dataset import Dataset
from .files import gzip_bytes
from .hyperparameters import Hyperparameters
from .in_order import cores, in_order
from .ranking import Blend, Ranker
from .snapshot import Snapshot

_BEGIN = '{"Item":{"pk":{"S":"'


@dataclass(frozen=True)
class Shard:
    """`readers` were ranked, in so many seconds of one core; `items` of them have a line."""

    content: bytes
    readers: int
    items: int
    ranking_seconds: float


@dataclass(frozen=True)
class Written:
    """`readers` have a line. `ranking_seconds`: as if all cores had done nothing but rank."""

    readers: int
    ranking_seconds: float


def write_reader_lists(
    artefact: Artefact,
    data: Dataset,
    parameters: Hyperparameters,
    snapshot: Snapshot,
    blend: Blend | None,
    check_stop: Callable[[], None],
    wrote: Callable[[int, float], None],
) -> Written:
    """One line for each reader of the window who has an unread candidate. A reader who has read everything gets none:
    the common list serves them. `wrote` hears of each shard how many readers it was made for and in how many
    seconds."""
    # Any order that tells nothing of the ids: neighbours in a shard lie on different partitions of the table.
    readers = np.random.default_rng(parameters.seed).permutation(data.user_ids.len())
    starts = range(0, readers.size, parameters.readers_per_shard)
    make = ShardMaker(data, parameters, snapshot, blend)
    written = shards = 0
    seconds = 0.0
    before = time.monotonic()
    for shard in in_order(make, [readers[start : start + parameters.readers_per_shard] for start in starts]):
        check_stop()
        if shard.items:
            artefact.add(f"recommendations/part-{shards:05d}.json.gz", "shard", shard.content, items=shard.items)
            shards += 1
        written += shard.items
        seconds += shard.ranking_seconds
        now = time.monotonic()
        wrote(shard.readers, now - before)
        before = now
    return Written(written, seconds / cores())


class ShardMaker:
    """Makes shards, each on the thread that asks for it."""

    def __init__(self, data: Dataset, parameters: Hyperparameters, snapshot: Snapshot, blend: Blend | None) -> None:
        """What all shards have in common."""
        self._ranker = Ranker(snapshot, blend)
        self._length = parameters.list_length
        self._user_ids = data.user_ids
        self._lines = _Lines(data, parameters)

    def __call__(self, readers: NDArray[np.int64]) -> Shard:
        """The lines of these readers, without those who get none."""
        started = time.monotonic()
        lists = self._ranker.lists(readers, self._length)
        ranked = time.monotonic()
        have = lists[:, 0] >= 0
        keys = pl.select(pl.lit("u#") + self._user_ids.gather(readers[have])).to_series()
        content = gzip_bytes(self._lines.of(keys, lists[have]))
        return Shard(content, len(readers), int(have.sum()), ranked - started)


def write_common_lists(artefact: Artefact, data: Dataset, parameters: Hyperparameters, snapshot: Snapshot) -> None:
    """The popular list, and one for each section that has a candidate."""
    lists = {"list#popular": snapshot.candidates}
    sections = data.sections[snapshot.candidates]
    for section in sorted({section for section in sections if section is not None}):
        lists[f"list#section#{section}"] = snapshot.candidates[sections == section]
    articles = np.full((len(lists), parameters.list_length), -1, dtype=np.int32)
    for row, found in enumerate(lists.values()):
        articles[row, : len(found[: parameters.list_length])] = found[: parameters.list_length]
    content = gzip_bytes(_Lines(data, parameters).of(pl.Series(list(lists)), articles))
    artefact.add("lists/part-00000.json.gz", "shard", content, items=len(lists))


class _Lines:
    """Lines of DynamoDB JSON. No character of an id's alphabet needs escaping in it."""

    def __init__(self, data: Dataset, parameters: Hyperparameters) -> None:
        self._article_ids = pl.Series(data.article_ids, dtype=pl.String)
        self._version = f'"}},"sk":{{"S":"v#{parameters.version}"}},"articles":{{"S":"'
        self._expiry = f'"}},"expires_at":{{"N":"{parameters.expires_at}"}}}}}}\n'

    def of(self, keys: pl.Series, lists: NDArray[np.int32]) -> bytes:
        """One for each key: its articles up to the first -1."""
        places = pl.Series(lists.ravel()).replace(-1, None)
        ids = self._article_ids.gather(places).reshape(lists.shape)
        articles = pl.select(ids.arr.join(" ", ignore_nulls=True)).to_series()
        line = pl.concat_str(
            pl.lit('{"Item":{"pk":{"S":"'), keys, pl.lit(self._version), articles, pl.lit(self._expiry)
        )
        return pl.select(line.str.join("")).item().encode() if keys.len() else b""

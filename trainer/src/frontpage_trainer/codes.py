"""Ids as numbers. While objects are read an id is the 64-bit hash of its text, which nothing has to be looked up for;
once everything is read ids have their rank in order of their bytes."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .in_order import in_order

_NONE = 0
"""Stands for what is null."""
_KINDS = ("user_id", "article_id", "section")
_TEXTS = {"hash": pl.UInt64, "text": pl.String}
_SEED = secrets.randbits(64)
"""Of this process, so nobody can choose an id that falls together with somebody else's."""
_AT_ONCE = 1 << 18
_LATEST_BITS = 22
"""32 MiB for each kind that has so many ids; fewer touch less."""


def hashed(name: str) -> pl.Expr:
    """64 bits of each text in a column, others in each process. n texts fall together by chance once in 2^65 / n^2
    runs, two of ten million once in 370,000: they would be taken for one."""
    return (
        pl.when(pl.col(name).is_null()).then(pl.lit(_NONE, pl.UInt64)).otherwise(pl.col(name).hash(_SEED)).alias(name)
    )


def _hashes_of(texts: pl.Series) -> NDArray[np.uint64]:
    return texts.to_frame("text").select(hashed("text")).to_series().to_numpy()


class Ranks:
    """`ids`, sorted, and the rank of each hash."""

    def __init__(self, texts: pl.Series, hashes_of: Callable[[pl.Series], NDArray[np.uint64]] = _hashes_of) -> None:
        """`texts`: each id once."""
        # Sorted alone and hashed again, they take half the time that it takes to carry their hashes along.
        self.ids = texts.sort()
        hashes = hashes_of(self.ids)
        order = pl.Series(hashes).arg_sort().to_numpy()
        # A last one that no hash is beyond, so that a search ends there.
        self._hashes = np.append(hashes[order], np.uint64(2**64 - 1))
        self._ranks = np.append(order.astype(np.int32), np.int32(-1))
        # Hashes are evenly spread: of each beginning there is about one.
        bits = max(1, order.size.bit_length())
        self._shift = np.uint64(64 - bits)
        beginnings = (hashes >> self._shift).astype(np.int64)
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(beginnings, minlength=1 << bits))[:-1]])

    def of(self, hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The rank of each hash's id, -1 for none. On all cores."""
        found = np.empty(hashes.size, dtype=np.int32)

        def look(start: int) -> None:
            wanted = hashes[start : start + _AT_ONCE]
            place = self._starts[wanted >> self._shift]
            before = np.flatnonzero(self._hashes[place] < wanted)
            while before.size:
                place[before] += 1
                before = before[self._hashes[place[before]] < wanted[before]]
            found[start : start + _AT_ONCE] = np.where(self._hashes[place] == wanted, self._ranks[place], -1)

        for _ in in_order(look, range(0, hashes.size, _AT_ONCE)):
            pass
        return found


class Seen:
    """The ids of one kind. Several threads may add at once."""

    def __init__(self) -> None:
        """None yet."""
        self._known = pl.DataFrame(schema=_TEXTS)
        self._more: list[pl.DataFrame] = []
        self._waiting = 0
        self._lock = Lock()
        # Of the hashes that begin alike, the one that was added last: most of what comes is known by one look.
        self._latest = np.zeros(1 << _LATEST_BITS, dtype=np.uint64)

    def add(self, hashes: pl.Series, texts: pl.Series) -> None:
        """The hash and the text of each row; null for none."""
        wanted = hashes.to_numpy()
        beginnings = wanted >> np.uint64(64 - _LATEST_BITS)
        unknown = np.flatnonzero(self._latest[beginnings] != wanted)
        # Another thread that sees it here leaves the text to this one.
        self._latest[beginnings[unknown]] = wanted[unknown]
        found = _each_once(pl.DataFrame([hashes.gather(unknown), texts.gather(unknown)], _TEXTS)).drop_nulls("text")
        # A text that is kept would keep the memory of its whole column: this is a copy.
        found = found.with_columns(pl.col("text") + "")
        with self._lock:
            self._more.append(found)
            self._waiting += found.height
            # The more are known, the rarer they are looked through: all in all it takes a time linear in what came.
            if self._waiting > _AT_ONCE + self._known.height:
                self._merge()

    def ranks(self) -> Ranks:
        """Of all that were added."""
        self._merge()
        return Ranks(self._known["text"])

    def _merge(self) -> None:
        self._known = _each_once(pl.concat([self._known, *self._more]))
        self._more, self._waiting = [], 0


def _each_once(texts: pl.DataFrame) -> pl.DataFrame:
    return texts.filter(texts["hash"].is_first_distinct())


@dataclass(frozen=True)
class Ids:
    """All ids of a window in order of their bytes."""

    users: Ranks
    articles: Ranks
    sections: Ranks


@dataclass(frozen=True)
class Names:
    """All ids of a window while it is read."""

    users: Seen = field(default_factory=Seen)
    articles: Seen = field(default_factory=Seen)
    sections: Seen = field(default_factory=Seen)

    def encode(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Clicks or interactions with hashes for the ids in user_id, article_id and section, whose texts are kept here.
        Several threads may ask at once."""
        coded = rows.with_columns(hashed(kind) for kind in _KINDS)
        for kind, seen in zip(_KINDS, (self.users, self.articles, self.sections), strict=True):
            seen.add(coded[kind], rows[kind])
        return coded

    def ids(self) -> Ids:
        """Of all that were added."""
        return Ids(self.users.ranks(), self.articles.ranks(), self.sections.ranks())

"""Ids as numbers. While objects are read an id is the 64-bit hash of its text, which nothing has to be looked up for;
once everything is read ids have their rank in order of their bytes."""

import secrets
from dataclasses import dataclass, field

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


def hashed(name: str) -> pl.Expr:
    """64 bits of each text in a column, others in each process. n texts fall together by chance once in 2^65 / n^2
    runs, two of ten million once in 370,000: they would be taken for one."""
    return (
        pl.when(pl.col(name).is_null()).then(pl.lit(_NONE, pl.UInt64)).otherwise(pl.col(name).hash(_SEED)).alias(name)
    )


@dataclass(frozen=True)
class Coded:
    """`rows`: the columns user_id, article_id and section are hashes; `texts`: hash and text of each id in them, in
    this order of columns."""

    rows: pl.DataFrame
    texts: tuple[pl.DataFrame, ...]


def encode(rows: pl.DataFrame) -> Coded:
    """Clicks or interactions with numbers for ids; several threads may ask at once."""
    coded = rows.with_columns(hashed(kind) for kind in _KINDS)
    return Coded(coded, tuple(_each_once(pl.DataFrame([coded[kind], rows[kind]], _TEXTS)) for kind in _KINDS))


def _each_once(texts: pl.DataFrame) -> pl.DataFrame:
    first = texts.filter(texts["hash"].is_first_distinct()).drop_nulls("text")
    # A text that is kept would keep the memory of its whole column: this is a copy.
    return first.with_columns(pl.col("text") + "")


class Ranks:
    """`ids`, sorted, and the rank of each hash."""

    def __init__(self, texts: pl.DataFrame) -> None:
        """`texts`: hash and text, each id once."""
        texts = texts.sort("text")
        self.ids = texts["text"]
        hashes = texts["hash"].to_numpy()
        order = np.argsort(hashes)
        # A last one that no hash is beyond, so that a search ends there.
        self._hashes = np.append(hashes[order], np.uint64(2**64 - 1))
        self._ranks = np.append(order.astype(np.int32), np.int32(-1))
        # Hashes are evenly spread: of each beginning there is about one.
        bits = max(1, order.size.bit_length())
        self._shift = np.uint64(64 - bits)
        self._starts = np.searchsorted(hashes[order] >> self._shift, np.arange(1 << bits, dtype=np.uint64))

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
    """The ids of one kind."""

    def __init__(self) -> None:
        """None yet."""
        self._known = pl.DataFrame(schema=_TEXTS)
        self._more: list[pl.DataFrame] = []
        self._waiting = 0

    def add(self, texts: pl.DataFrame) -> None:
        """Hash and text, each once; some may be known."""
        self._more.append(texts)
        self._waiting += texts.height
        # The more are known, the rarer they are looked through, so that all in all it takes a time linear in what came.
        if self._waiting > _AT_ONCE + self._known.height:
            self._merge()

    def ranks(self) -> Ranks:
        """Of all that were added."""
        self._merge()
        return Ranks(self._known)

    def _merge(self) -> None:
        self._known = _each_once(pl.concat([self._known, *self._more]))
        self._more, self._waiting = [], 0


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

    def add(self, texts: tuple[pl.DataFrame, ...]) -> None:
        """Those of `Coded`."""
        for seen, some in zip((self.users, self.articles, self.sections), texts, strict=True):
            seen.add(some)

    def ids(self) -> Ids:
        """Of all that were added."""
        return Ids(self.users.ranks(), self.articles.ranks(), self.sections.ranks())

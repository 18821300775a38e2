"""Ids as numbers. While objects are read, an id has the code of polars' dictionary of strings: it depends on what was
seen first, so it differs from run to run. Once everything is read ids have their rank in order of their bytes."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

NONE = np.uint32(2**32 - 1)
"""The code of what is null."""


def encode(rows: pl.DataFrame) -> pl.DataFrame:
    """The ids of clicks or interactions as categories; several threads may ask at once."""
    return rows.with_columns(pl.col("user_id", "article_id", "section").cast(pl.Categorical))


def codes_of(encoded: pl.Series) -> NDArray[np.uint32]:
    """A code for each row."""
    return encoded.to_physical().fill_null(int(NONE)).to_numpy()


@dataclass(frozen=True)
class Ranks:
    """`ids` sorted; `_rank` by code."""

    ids: pl.Series
    _rank: NDArray[np.int32]

    def of(self, codes: NDArray[np.uint32]) -> NDArray[np.int32]:
        """The rank of each code's id, -1 for none."""
        return self._rank[np.minimum(codes, np.uint32(self._rank.size - 1))]


class Seen:
    """The ids of one kind, each once."""

    def __init__(self) -> None:
        """None yet."""
        self._seen = np.zeros(1, dtype=np.bool_)
        self._ids: list[pl.Series] = [pl.Series([], dtype=pl.Categorical)]

    def add(self, encoded: pl.Series) -> None:
        """A column of `encode`."""
        codes = codes_of(encoded)
        if codes.size == 0:
            return
        largest = int(np.where(codes == NONE, 0, codes).max())
        if largest >= self._seen.size:
            self._seen = np.concatenate([self._seen, np.zeros(largest + 1, dtype=np.bool_)])
        new = np.flatnonzero(codes != NONE)
        new = new[~self._seen[codes[new]]]
        _, first = np.unique(codes[new], return_index=True)
        self._ids.append(encoded.gather(new[first]))
        self._seen[codes[new]] = True

    def ranks(self) -> Ranks:
        """Of all that were added."""
        encoded = pl.concat(self._ids)
        order = encoded.cast(pl.String).arg_sort()
        rank = np.full(self._seen.size + 1, -1, dtype=np.int32)
        rank[codes_of(encoded.gather(order))] = np.arange(order.len(), dtype=np.int32)
        return Ranks(encoded.gather(order).cast(pl.String), rank)


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

    def add(self, rows: pl.DataFrame) -> None:
        """Rows of `encode`."""
        self.users.add(rows["user_id"])
        self.articles.add(rows["article_id"])
        self.sections.add(rows["section"])

    def ids(self) -> Ids:
        """Of all that were added."""
        return Ids(self.users.ranks(), self.articles.ranks(), self.sections.ranks())

"""What the models learn from: all interactions of the window as arrays, readers and articles as numbers."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray


@dataclass(frozen=True)
class Dataset:
    """Rows are interactions: `user` and `article` are positions in `user_ids` and `article_ids` (both sorted), `at_ms`
    is the time of the last click, `clicks` their number. `sections` has the latest known section of each article, or
    None; `first_seen_ms` when the window has its first click. A reader and an article may have several rows: one for
    each day, and for each slice of the run date."""

    user_ids: NDArray[np.object_]
    article_ids: NDArray[np.object_]
    sections: NDArray[np.object_]
    first_seen_ms: NDArray[np.int64]
    user: NDArray[np.int32]
    article: NDArray[np.int32]
    at_ms: NDArray[np.int64]
    clicks: NDArray[np.uint32]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything that training reads. Order of rows included: sums are only equal in the same
        order."""
        digest = hashlib.sha256()
        for ids in (self.user_ids, self.article_ids):
            digest.update("\n".join(ids).encode())
        for column in (self.user, self.article, self.at_ms, self.clicks):
            digest.update(column.tobytes())
        return digest.hexdigest()


def build_dataset(parts: list[pl.DataFrame]) -> Dataset:
    """Interactions of days and slices, oldest first, to one data set."""
    rows = pl.concat(parts)
    user_ids, user = _codes(rows["user_id"])
    article_ids, article = _codes(rows["article_id"])
    named = pl.DataFrame({"article": article, "at": rows["last_at"], "section": rows["section"]}).drop_nulls()
    latest = named.sort("at", "section").group_by("article", maintain_order=True).agg(pl.col("section").last())
    sections = np.full(len(article_ids), None, dtype=object)
    sections[latest["article"].to_numpy()] = latest["section"].to_numpy()
    first_seen_ms = np.full(len(article_ids), np.iinfo(np.int64).max)
    np.minimum.at(first_seen_ms, article, _first_click_ms(rows))
    return Dataset(
        user_ids=user_ids,
        article_ids=article_ids,
        sections=sections,
        first_seen_ms=first_seen_ms,
        user=user,
        article=article,
        at_ms=rows["last_at"].dt.epoch("ms").to_numpy(),
        clicks=rows["clicks"].to_numpy(),
    )


def _first_click_ms(rows: pl.DataFrame) -> NDArray[np.int64]:
    """A file of interactions may leave the first click open."""
    return rows.select(pl.coalesce("first_at", "last_at").dt.epoch("ms")).to_series().to_numpy()


def _codes(ids: pl.Series) -> tuple[NDArray[np.object_], NDArray[np.int32]]:
    """Distinct ids in order of their bytes, and for each row the position of its id."""
    distinct = ids.unique().sort()
    codes = ids.cast(pl.Enum(distinct)).to_physical().cast(pl.Int32)
    return np.array(distinct.to_list(), dtype=object), codes.to_numpy()

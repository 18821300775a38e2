"""What the models learn from: all interactions of the window as arrays, readers and articles as numbers."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .codes import Ids
from .interactions import Interactions


@dataclass(frozen=True)
class Dataset:
    """Rows are interactions: `user` and `article` are positions in `user_ids` and `article_ids` (both sorted), `at_ms`
    is the time of the last click, `clicks` their number. `sections` has the latest known section of each article, or
    None; `first_seen_ms` when the window has its first click. A reader and an article may have several rows: one for
    each day, and for each slice of the run date."""

    user_ids: pl.Series
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
        for ids in (self.user_ids, pl.Series(self.article_ids, dtype=pl.String)):
            digest.update(ids.str.join("\n").item().encode())
        for column in (self.user, self.article, self.at_ms, self.clicks):
            digest.update(np.ascontiguousarray(column).data)
        return digest.hexdigest()


def build_dataset(parts: list[Interactions], ids: Ids) -> Dataset:
    """Interactions of days and slices, oldest first, to one data set. Ids that no row has are left out."""

    def column(name: str) -> NDArray[np.generic]:
        return np.concatenate([getattr(part, name) for part in parts])

    user_ids, user = _used(ids.users.ids, column("user"))
    article_ids, article = _used(ids.articles.ids, column("article"))
    at_ms, section = column("last_ms"), column("section")
    first_seen_ms = np.full(article_ids.len(), np.iinfo(np.int64).max)
    np.minimum.at(first_seen_ms, article, column("first_ms"))
    return Dataset(
        user_ids=user_ids,
        article_ids=np.array(article_ids.to_list(), dtype=object),
        sections=_latest_sections(article, at_ms, section, article_ids.len(), ids.sections.ids),
        first_seen_ms=first_seen_ms,
        user=user,
        article=article,
        at_ms=at_ms,
        clicks=column("clicks"),
    )


def _used(ids: pl.Series, ranks: NDArray[np.int32]) -> tuple[pl.Series, NDArray[np.int32]]:
    used = np.zeros(ids.len(), dtype=np.bool_)
    used[ranks] = True
    if used.all():
        return ids, ranks
    return ids.filter(pl.Series(used)), (np.cumsum(used, dtype=np.int32) - 1)[ranks]


def _latest_sections(
    article: NDArray[np.int32],
    at_ms: NDArray[np.int64],
    section: NDArray[np.int32],
    articles: int,
    names: pl.Series,
) -> NDArray[np.object_]:
    """Of several at the same time the largest."""
    named = section >= 0
    article, at_ms, section = article[named], at_ms[named], section[named]
    last_at = np.full(articles, -1, dtype=np.int64)
    np.maximum.at(last_at, article, at_ms)
    newest = at_ms == last_at[article]
    latest = np.full(articles, -1, dtype=np.int32)
    np.maximum.at(latest, article[newest], section[newest])
    return np.array([*names.to_list(), None], dtype=object)[latest]

"""Interactions: the clicks of one event day folded to one row for each reader and article, and their Parquet file."""

import io
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .codes import Ids
from .errors import DataRejected
from .in_order import in_order

SCHEMA = {
    "user_id": pl.String,
    "article_id": pl.String,
    "clicks": pl.UInt32,
    "last_at": pl.Datetime("ms", "UTC"),
    "first_at": pl.Datetime("ms", "UTC"),
    "section": pl.String,
}
"""Columns of the file, in this order."""

_CLICKS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Clicks:
    """De-duplicated clicks. Readers, articles and sections are ranks of their ids; section -1: none."""

    user: NDArray[np.int32]
    article: NDArray[np.int32]
    section: NDArray[np.int32]
    at_ms: NDArray[np.int64]

    def where(self, rows: NDArray[np.bool_]) -> "Clicks":
        """Some of them, in their order."""
        return Clicks(self.user[rows], self.article[rows], self.section[rows], self.at_ms[rows])

    def without(self, readers: NDArray[np.int32]) -> "Clicks":
        """Those of all other readers, in their order."""
        return self.where(~np.isin(self.user, readers)) if readers.size else self


@dataclass(frozen=True)
class Interactions:
    """Columns of the file with ranks for ids; section -1: none."""

    user: NDArray[np.int32]
    article: NDArray[np.int32]
    clicks: NDArray[np.uint32]
    last_ms: NDArray[np.int64]
    first_ms: NDArray[np.int64]
    section: NDArray[np.int32]

    def without(self, readers: NDArray[np.int32]) -> "Interactions":
        """The rows of all other readers, in their order."""
        if readers.size == 0:
            return self
        rest = ~np.isin(self.user, readers)
        return Interactions(*(getattr(self, field.name)[rest] for field in fields(self)))


def sort_clicks(clicks: Clicks) -> Clicks:
    """By reader and article; what order those of one pair have is left open, and nothing made from it depends on it.
    A range of readers at a time, on all cores."""
    ends = np.cumsum(np.bincount(clicks.user))
    parts = max(1, -(-clicks.user.size // _CLICKS_AT_ONCE))
    edges = np.searchsorted(ends, [clicks.user.size * part // parts for part in range(parts)], side="right")
    limits = [0, *edges[1:].tolist(), ends.size]
    out = Clicks(*(np.empty_like(getattr(clicks, field.name)) for field in fields(Clicks)))

    def sort(part: int) -> None:
        low, high = limits[part : part + 2]
        rows = np.flatnonzero((clicks.user >= low) & (clicks.user < high))
        key = clicks.user[rows].astype(np.int64) << 32 | clicks.article[rows]
        rows = rows[np.argsort(key)]
        start = int(ends[low - 1]) if low else 0
        for field in fields(Clicks):
            getattr(out, field.name)[start : start + rows.size] = getattr(clicks, field.name)[rows]

    for _ in in_order(sort, range(parts)):
        pass
    return out


def fold(clicks: Clicks) -> Interactions:
    """Clicks in the order of `sort_clicks` to interactions in the same order. The section is that of the latest click
    that names one, of several at once the largest."""
    key = clicks.user.astype(np.int64) << 32 | clicks.article
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    del key
    counts = np.diff(starts, append=clicks.user.size)
    if starts.size == 0:
        starts = np.empty(0, dtype=np.intp)
        empty = np.empty(0, dtype=np.int64)
        return Interactions(clicks.user, clicks.article, empty.astype(np.uint32), empty, empty, clicks.section)
    named = np.where(clicks.section >= 0, clicks.at_ms, -1)
    latest = np.repeat(np.maximum.reduceat(named, starts), counts)
    section = np.where(named == latest, clicks.section, -1)
    return Interactions(
        user=clicks.user[starts],
        article=clicks.article[starts],
        clicks=counts.astype(np.uint32),
        last_ms=np.maximum.reduceat(clicks.at_ms, starts),
        first_ms=np.minimum.reduceat(clicks.at_ms, starts),
        section=np.maximum.reduceat(section, starts),
    )


def to_frame(interactions: Interactions, ids: Ids) -> pl.DataFrame:
    """The rows of the file."""
    at = {"last_at": interactions.last_ms, "first_at": interactions.first_ms}
    frame = pl.DataFrame(
        {
            "user_id": ids.users.ids.gather(interactions.user),
            "article_id": ids.articles.ids.gather(interactions.article),
            "clicks": interactions.clicks,
            **{name: pl.Series(column).cast(pl.Datetime("ms", "UTC")) for name, column in at.items()},
            "section": ids.sections.ids.gather(pl.Series(interactions.section).replace(-1, None)),
        }
    )
    return frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def from_frame(rows: pl.DataFrame, ids: Ids) -> Interactions:
    """Rows of the file with hashes for ids. A file may leave the first click open."""
    first = rows.select(pl.coalesce("first_at", "last_at").dt.epoch("ms")).to_series()
    return Interactions(
        user=ids.users.of(rows["user_id"].to_numpy()),
        article=ids.articles.of(rows["article_id"].to_numpy()),
        clicks=rows["clicks"].to_numpy(),
        last_ms=rows["last_at"].dt.epoch("ms").to_numpy(),
        first_ms=first.to_numpy(),
        section=ids.sections.of(rows["section"].to_numpy()),
    )


def to_parquet(interactions: pl.DataFrame) -> bytes:
    """The file's content, compressed with zstd; equal interactions give equal bytes."""
    buffer = io.BytesIO()
    # Level 3, the default, is slower by a third and makes these files larger.
    interactions.write_parquet(buffer, compression="zstd", compression_level=1)
    return buffer.getvalue()


def read_parquet(key: str, path: Path) -> pl.DataFrame:
    """Raises `DataRejected` that names the object when it is not an interactions file."""
    try:
        frame = pl.read_parquet(path, hive_partitioning=False)
        frame = frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise DataRejected(
            f"{key} is not an interactions file ({reason}); remove the object and the day is made again from its clicks"
        ) from error
    if frame.select(pl.any_horizontal(pl.col("user_id", "article_id", "clicks", "last_at").has_nulls())).item():
        raise DataRejected(f"{key} has empty cells; remove the object and the day is made again from its clicks")
    return frame

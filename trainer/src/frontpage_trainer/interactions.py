"""Interactions: the clicks of one event day folded to one row for each reader and article, and their Parquet file."""

import io
from pathlib import Path

import polars as pl

from .errors import DataRejected

SCHEMA = {
    "user_id": pl.String,
    "article_id": pl.String,
    "clicks": pl.UInt32,
    "last_at": pl.Datetime("ms", "UTC"),
    "first_at": pl.Datetime("ms", "UTC"),
    "section": pl.String,
}
"""Columns of the file, in this order."""


def fold(clicks: pl.DataFrame) -> pl.DataFrame:
    """De-duplicated clicks (user_id, article_id, at, section) to interactions, sorted by (user_id, article_id). The
    section is that of the latest click that names one. Does not depend on the order of the clicks."""
    key = ("user_id", "article_id")
    ordered = clicks.sort(*key, "at", "section", nulls_last=False)
    folded = ordered.group_by(*key, maintain_order=True).agg(
        pl.len().alias("clicks"),
        pl.col("at").last().alias("last_at"),
        pl.col("at").first().alias("first_at"),
        pl.col("section").drop_nulls().last().alias("section"),
    )
    return folded.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def to_parquet(interactions: pl.DataFrame) -> bytes:
    """The file's content, compressed with zstd; equal interactions give equal bytes."""
    buffer = io.BytesIO()
    interactions.write_parquet(buffer, compression="zstd")
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

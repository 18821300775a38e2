"""Readers whose rate no human has: machines that click, which would teach everybody else what is popular."""

import polars as pl


def inhuman_readers(clicks: pl.DataFrame, clicks_per_hour: int) -> set[str]:
    """Who has more than so many de-duplicated clicks in any UTC hour of event time. Clicks of one day: hours do not
    span days, so the answer is the same whatever else is read with it."""
    busy = clicks.group_by("user_id").len().filter(pl.col("len") > clicks_per_hour)
    suspects = clicks.join(busy.select("user_id"), on="user_id", how="semi")
    hourly = suspects.group_by("user_id", pl.col("at").dt.truncate("1h").alias("hour")).len()
    return set(hourly.filter(pl.col("len") > clicks_per_hour)["user_id"])


def without(rows: pl.DataFrame, readers: set[str]) -> pl.DataFrame:
    """The rows of all other readers, in their order."""
    return rows.filter(~pl.col("user_id").is_in(list(readers))) if readers else rows

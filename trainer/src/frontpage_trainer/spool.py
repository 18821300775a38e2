"""Clicks by event day, on disk: objects are read one at a time, days are taken out one at a time, and memory holds only
the larger of the two however many days a first run has to parse."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl


class Spool:
    """Rows as `click_lines.parse_clicks` gives them, without their acks, in the order in which they were put."""

    def __init__(self, folder: Path) -> None:
        """`folder` is empty and belongs to the caller."""
        self._folder = folder
        self._parts: dict[date, list[Path]] = {}
        self._seen = pl.DataFrame(schema={"hash": pl.UInt64})

    def put(self, clicks: pl.DataFrame, days: Iterable[date]) -> int:
        """Keeps the clicks of these event days and returns how many that were."""
        wanted = (
            clicks.drop("ack").with_columns(pl.col("at").dt.date().alias("day")).filter(pl.col("day").is_in(list(days)))
        )
        for (day,), rows in wanted.partition_by("day", as_dict=True, include_key=False).items():
            parts = self._parts.setdefault(day, [])
            parts.append(self._folder / f"{day}-{len(parts):06d}.arrow")
            rows.write_ipc(parts[-1])
        return wanted.height

    def take(self, day: date) -> tuple[pl.DataFrame, int]:
        """The clicks of a day, each `event_id` once, and how many copies were dropped; the first copy counts. Ids of
        days taken before are remembered as 64-bit hashes, so that a copy with another time is found too."""
        parts = self._parts.pop(day, [])
        if not parts:
            return _NO_CLICKS, 0
        rows = pl.concat([pl.read_ipc(part) for part in parts])
        for part in parts:
            part.unlink()
        unique = rows.unique(subset="event_id", keep="first", maintain_order=True)
        unique = unique.with_columns(pl.col("event_id").hash(seed=0).alias("hash"))
        unique = unique.join(self._seen, on="hash", how="anti", maintain_order="left")
        self._seen = pl.concat([self._seen, unique.select("hash")])
        return unique.drop("hash"), rows.height - unique.height


_NO_CLICKS = pl.DataFrame(
    schema={
        "event_id": pl.String,
        "user_id": pl.String,
        "article_id": pl.String,
        "at": pl.Datetime("ms", "UTC"),
        "section": pl.String,
    }
)

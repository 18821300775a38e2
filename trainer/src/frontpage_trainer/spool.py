"""Clicks by event day, on disk, as numbers: days are taken out one at a time, and memory holds one of them however many
a first run has to parse."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .clock import DAY_MS, day_start_ms
from .codes import Ids
from .interactions import Clicks


class Spool:
    """Keeps the order in which clicks were put."""

    def __init__(self, folder: Path, days: Iterable[date]) -> None:
        """`folder` is empty and belongs to the caller. Clicks of other days are not kept."""
        self._folder = folder
        self._days = {day_start_ms(day) // DAY_MS: day for day in days}
        self._waiting: set[date] = set()
        self._seen: list[NDArray[np.uint64]] = []

    def put(self, clicks: pl.DataFrame) -> int:
        """Rows of `read_object`. Returns how many were kept."""
        columns = {name: clicks[name].to_numpy() for name in ("event", "user_id", "article_id", "section", "at_ms")}
        numbers = columns["at_ms"] // DAY_MS
        kept = 0
        for number in np.unique(numbers):
            if (day := self._days.get(int(number))) is not None:
                rows = np.flatnonzero(numbers == number)
                kept += rows.size
                self._waiting.add(day)
                for name, column in columns.items():
                    with self._path(day, name).open("ab") as file:
                        file.write((column if rows.size == column.size else column[rows]).data)
        return kept

    def take(self, day: date, ids: Ids) -> tuple[Clicks, int]:
        """The clicks of a day, each event once, and how many copies were dropped; the first copy counts, and one of a
        day that was taken before."""
        if day not in self._waiting:
            none = np.empty(0, dtype=np.int32)
            return Clicks(none, none, none, np.empty(0, dtype=np.int64)), 0
        self._waiting.remove(day)
        events = self._read(day, "event", np.uint64)
        first = _first_of_each(events)
        for seen in self._seen:
            first &= ~np.isin(events, seen)
        # Later days may hold copies of these.
        if self._waiting:
            self._seen.append(events[first])
        duplicates = int(events.size - np.count_nonzero(first))
        del events
        clicks = Clicks(
            user=ids.users.of(self._read(day, "user_id", np.uint64)[first]),
            article=ids.articles.of(self._read(day, "article_id", np.uint64)[first]),
            section=ids.sections.of(self._read(day, "section", np.uint64)[first]),
            at_ms=self._read(day, "at_ms", np.int64)[first],
        )
        return clicks, duplicates

    def _read(self, day: date, name: str, kind: type[np.generic]) -> NDArray[np.generic]:
        path = self._path(day, name)
        column = np.fromfile(path, dtype=kind)
        path.unlink()
        return column

    def _path(self, day: date, name: str) -> Path:
        return self._folder / f"{day}-{name}"


def _first_of_each(events: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Whether each event is the first one of its kind. Few are there twice, and sorting, which shows them, is the
    fastest thing to do with numbers."""
    ordered = pl.Series(events).sort().to_numpy()
    twice = pl.Series(ordered[1:][ordered[1:] == ordered[:-1]]).unique()
    rows = np.flatnonzero(pl.Series(events).is_in(twice.implode()).to_numpy())
    first = np.ones(events.size, dtype=np.bool_)
    first[rows] = pl.Series(events[rows]).is_first_distinct().to_numpy()
    return first

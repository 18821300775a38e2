"""Reads a run's window: the run date and the event days before it, from clicks or, where a day was parsed before, from
its interactions. Counts every line, so that lines = heartbeats + malformed + outside + duplicates + used."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from .click_lines import parse_clicks
from .clock import days_before
from .dataset import Dataset, build_dataset
from .errors import DataRejected
from .hyperparameters import Hyperparameters
from .interactions import fold, read_parquet
from .lake_objects import objects_below, partition_day, unpack
from .log import warn
from .spool import Spool


@dataclass
class ClickCounts:
    """`lines` to `outside_window` count lines of the clicks channel. `used` counts clicks of all days of the window
    after de-duplication, those behind interactions files included; `run_date` those of the run date."""

    lines: int = 0
    heartbeats: int = 0
    malformed: int = 0
    duplicates: int = 0
    outside_window: int = 0
    used: int = 0
    run_date: int = 0


@dataclass
class Window:
    """`partitions`: days whose own partition is among the objects, so all of their clicks are there. Of another day
    only stray late clicks can be: they are true and are used, but they are not that day."""

    parameters: Hyperparameters
    counts: ClickCounts = field(default_factory=ClickCounts)
    partitions: set[date] = field(default_factory=set)


def read_window(
    clicks_folder: Path,
    interactions_folder: Path,
    parameters: Hyperparameters,
    keep: Callable[[date, pl.DataFrame], None],
    check_stop: Callable[[], None],
) -> tuple[Dataset, ClickCounts]:
    """Reads both channels. `keep` receives the interactions of each complete event day that was parsed from clicks.

    Raises `DataRejected` when the run date has no clicks, most lines are malformed, or an object cannot be read.
    """
    window = Window(parameters)
    compacted = _compacted_days(interactions_folder, parameters)
    parts: list[pl.DataFrame] = []
    with tempfile.TemporaryDirectory(prefix="frontpage-spool-") as folder:
        spool = Spool(Path(folder))
        days = {*days_before(parameters.run_date, parameters.history_days), parameters.run_date} - set(compacted)
        _spool_objects(clicks_folder, spool, days, window, check_stop)
        for day in sorted(days | set(compacted)):
            check_stop()
            if day in compacted:
                parts.append(read_parquet(*compacted[day]))
                window.counts.used += int(parts[-1]["clicks"].sum())
            else:
                parts += _take_day(day, spool, window, keep)
    if window.counts.run_date == 0:
        raise DataRejected(
            f"there are no clicks of the run date {parameters.run_date}: {window.counts.lines} lines were read; "
            "check that the collector delivers and that the run date is right"
        )
    return build_dataset(parts), window.counts


def _compacted_days(folder: Path, parameters: Hyperparameters) -> dict[date, tuple[str, Path]]:
    history = days_before(parameters.run_date, parameters.history_days)
    found: dict[date, tuple[str, Path]] = {}
    for key, path in objects_below(folder, ".parquet"):
        day = partition_day(key)
        if day not in history:
            warn(f"{key} is not of a history day of {parameters.run_date} and is not read")
        elif day in found:
            raise DataRejected(f"{key} and {found[day][0]} are of the same day; remove one of them")
        else:
            found[day] = (key, path)
    return found


def _spool_objects(folder: Path, spool: Spool, days: set[date], window: Window, check_stop: Callable[[], None]) -> None:
    counts = window.counts
    for key, path in objects_below(folder, ".gz"):
        check_stop()
        unpacked = unpack(key, path)
        parsed = parse_clicks(unpacked.content, damaged=unpacked.damaged)
        if unpacked.damaged:
            warn(f"{key} is damaged: {parsed.clicks.height} clicks before the damage are used")
        counts.lines += parsed.lines
        counts.heartbeats += parsed.heartbeats
        counts.malformed += parsed.malformed
        counts.outside_window += parsed.clicks.height - spool.put(parsed.clicks, days)
        if (partition := partition_day(key)) is not None:
            window.partitions.add(partition)
    good = counts.lines - counts.heartbeats - counts.malformed
    if counts.malformed > good:
        raise DataRejected(
            f"{counts.malformed} of {counts.lines} lines of the clicks channel are malformed, and {good} are good; "
            "check what writes to the stream and that the objects below clicks/ are NDJSON"
        )


def _take_day(
    day: date, spool: Spool, window: Window, keep: Callable[[date, pl.DataFrame], None]
) -> list[pl.DataFrame]:
    parameters, counts = window.parameters, window.counts
    clicks, duplicates = spool.take(day)
    counts.duplicates += duplicates
    counts.used += clicks.height
    if day == parameters.run_date:
        counts.run_date = clicks.height
    if clicks.is_empty():
        return []
    interactions = fold(clicks)
    if day == parameters.run_date or day in window.partitions:
        keep(day, interactions)
    if day != parameters.run_date:
        return [interactions]
    at = pl.col("at").dt.epoch("ms")
    tune, holdout = parameters.tune_start_ms, parameters.holdout_start_ms
    slices = (at < tune, (at >= tune) & (at < holdout), at >= holdout)
    return [fold(clicks.filter(within)) for within in slices]

"""Reads a run's window: the run date and the event days before it, from clicks or, where a day was parsed before, from
its interactions. Counts every line, so that lines = heartbeats + malformed + outside + future + duplicates + erased +
inhuman + used, and judges the counts before anything is learnt from them."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from .bounds import require_share
from .click_lines import parse_clicks
from .clock import HOUR_MS, days_before
from .dataset import Dataset, build_dataset
from .erasures import forgotten
from .errors import DataRejected
from .human import inhuman_readers, without
from .hyperparameters import Hyperparameters
from .interactions import fold, read_parquet
from .lake_objects import objects_below, partition_day, unpack
from .ledger import Ledger
from .log import warn
from .spool import Spool


@dataclass
class ClickCounts:
    """`lines` to `inhuman` count lines of the clicks channel; `future` are more than an hour after the run date, and
    not in `outside_window`; `erased` are de-duplicated clicks of readers who are to be forgotten, `inhuman` those of
    readers who are excluded, `inhuman_readers` these readers. `used` counts clicks of all days of the window after
    de-duplication and exclusion, those behind interactions files included; `run_date` those of the run date."""

    lines: int = 0
    heartbeats: int = 0
    malformed: int = 0
    duplicates: int = 0
    outside_window: int = 0
    future: int = 0
    erased: int = 0
    inhuman: int = 0
    inhuman_readers: int = 0
    used: int = 0
    run_date: int = 0


@dataclass
class Window:
    """`partitions`: days whose own partition is among the objects, so all of their clicks are there. Of another day
    only stray late clicks can be: they are true and are used, but they are not that day. `inhuman`: by day that was
    parsed, the readers who were excluded from it."""

    parameters: Hyperparameters
    counts: ClickCounts = field(default_factory=ClickCounts)
    partitions: set[date] = field(default_factory=set)
    inhuman: dict[date, set[str]] = field(default_factory=dict)
    erased: frozenset[str] = frozenset()


def read_window(
    clicks_folder: Path,
    interactions_folder: Path,
    ledger: Ledger | None,
    parameters: Hyperparameters,
    keep: Callable[[date, pl.DataFrame], None],
    check_stop: Callable[[], None],
    erased: frozenset[str] = frozenset(),
) -> tuple[Dataset, ClickCounts]:
    """Reads both channels, and reconciles the clicks with the ledger. `keep` receives the interactions of each complete
    event day that was parsed from clicks. `erased`: hashes of readers who are left out of everything.

    Raises `DataRejected` when the run date has no clicks, a share is beyond its bound, acknowledged clicks are missing,
    or an object cannot be read.
    """
    window = Window(parameters, erased=erased)
    compacted = _compacted_days(interactions_folder, parameters)
    parts: list[tuple[date, pl.DataFrame]] = []
    with tempfile.TemporaryDirectory(prefix="frontpage-spool-") as folder:
        spool = Spool(Path(folder))
        days = {*days_before(parameters.run_date, parameters.history_days), parameters.run_date} - set(compacted)
        _spool_objects(clicks_folder, spool, days, window, ledger, check_stop)
        _check_lines(window)
        if ledger is not None:
            ledger.reconcile(parameters.max_missing_clicks_share)
        for day in sorted(days | set(compacted)):
            check_stop()
            if day in compacted:
                interactions = read_parquet(*compacted[day])
                parts.append((day, without(interactions, forgotten(interactions, erased))))
                window.counts.used += int(parts[-1][1]["clicks"].sum())
            else:
                parts += [(day, part) for part in _take_day(day, spool, window, keep)]
    rows = _exclude_from_history(parts, set(compacted), window)
    _check_days(window)
    if window.counts.run_date == 0:
        raise DataRejected(
            f"there are no clicks of the run date {parameters.run_date}: {window.counts.lines} lines were read; "
            "check that the collector delivers and that the run date is right"
        )
    return build_dataset(rows), window.counts


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


def _spool_objects(
    folder: Path,
    spool: Spool,
    days: set[date],
    window: Window,
    ledger: Ledger | None,
    check_stop: Callable[[], None],
) -> None:
    counts = window.counts
    future_ms = window.parameters.end_ms + HOUR_MS
    for key, path in objects_below(folder, ".gz"):
        check_stop()
        unpacked = unpack(key, path)
        parsed = parse_clicks(unpacked.content, damaged=unpacked.damaged)
        if unpacked.damaged:
            warn(f"{key} is damaged: {parsed.clicks.height} clicks before the damage are used")
        if ledger is not None:
            ledger.note(parsed.clicks)
        future = parsed.clicks.select((pl.col("at").dt.epoch("ms") > future_ms).sum()).item()
        counts.lines += parsed.lines
        counts.heartbeats += parsed.heartbeats
        counts.malformed += parsed.malformed
        counts.future += future
        counts.outside_window += parsed.clicks.height - spool.put(parsed.clicks, days) - future
        if (partition := partition_day(key)) is not None:
            window.partitions.add(partition)


def _check_lines(window: Window) -> None:
    counts, parameters = window.counts, window.parameters
    lines = counts.lines - counts.heartbeats
    require_share(
        counts.malformed,
        lines,
        "lines of the clicks channel are malformed, heartbeats not counted",
        ("max_malformed_share", parameters.max_malformed_share),
        "check what writes to the stream and that the objects below clicks/ are NDJSON",
    )
    require_share(
        counts.future,
        lines - counts.malformed,
        f"clicks occurred more than an hour after the end of {parameters.run_date}",
        ("max_future_share", parameters.max_future_share),
        "check the clocks of those who send clicks, and that the run date is right",
    )


def _check_days(window: Window) -> None:
    counts, parameters = window.counts, window.parameters
    clicks = counts.lines - counts.heartbeats - counts.malformed - counts.future - counts.outside_window
    require_share(
        counts.duplicates,
        clicks,
        "clicks repeat an event_id",
        ("max_duplicate_share", parameters.max_duplicate_share),
        "check whether a sender repeats itself or makes ids that are not unique",
    )
    require_share(
        counts.inhuman,
        clicks - counts.duplicates - counts.erased,
        f"clicks are of {counts.inhuman_readers} readers with more than {parameters.max_clicks_per_reader_hour} clicks "
        "in an hour",
        ("max_inhuman_share", parameters.max_inhuman_share),
        "block what clicks by machine at the collector, or raise max_clicks_per_reader_hour if these are people",
    )


def _take_day(
    day: date, spool: Spool, window: Window, keep: Callable[[date, pl.DataFrame], None]
) -> list[pl.DataFrame]:
    """The day's interactions, those of the run date in three slices. A reader who is inhuman on a day is excluded from
    that day by its own clicks alone, so a day is folded to the same interactions whenever it is parsed."""
    parameters, counts = window.parameters, window.counts
    found, duplicates = spool.take(day)
    clicks = without(found, forgotten(found, window.erased))
    inhuman = inhuman_readers(clicks, parameters.max_clicks_per_reader_hour)
    people = without(clicks, inhuman)
    window.inhuman[day] = inhuman
    counts.duplicates += duplicates
    counts.erased += found.height - clicks.height
    counts.inhuman += clicks.height - people.height
    counts.used += people.height
    if day == parameters.run_date:
        counts.run_date = people.height
    if people.is_empty():
        return []
    interactions = fold(people)
    if day == parameters.run_date or day in window.partitions:
        keep(day, interactions)
    if day != parameters.run_date:
        return [interactions]
    at = pl.col("at").dt.epoch("ms")
    tune, holdout = parameters.tune_start_ms, parameters.holdout_start_ms
    slices = (at < tune, (at >= tune) & (at < holdout), at >= holdout)
    return [fold(people.filter(within)) for within in slices]


def _exclude_from_history(
    parts: list[tuple[date, pl.DataFrame]], compacted: set[date], window: Window
) -> list[pl.DataFrame]:
    """All parts without the readers who were inhuman on the run date: they get no list of their own. Those of history
    days are excluded from their day only, since of a day that comes as interactions nobody knows them any more."""
    counts = window.counts
    counts.inhuman_readers = len(set().union(*window.inhuman.values()))
    excluded = window.inhuman[window.parameters.run_date]
    rows: list[pl.DataFrame] = []
    for day, part in parts:
        rest = without(part, excluded)
        clicks = int(part["clicks"].sum()) - int(rest["clicks"].sum())
        counts.used -= clicks
        counts.inhuman += 0 if day in compacted else clicks
        rows.append(rest)
    return rows

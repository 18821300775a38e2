"""Reads a run's window: the run date and the event days before it, from clicks or, where a day was parsed before, from
its interactions. Counts every line, so that lines = heartbeats + malformed + outside + future + duplicates + erased +
inhuman + used, and judges the counts before anything is learnt from them."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .bounds import require_share
from .clock import days_before
from .codes import Ids, Names
from .dataset import Dataset, build_dataset
from .erasures import forgotten
from .errors import DataRejected
from .human import inhuman_readers
from .hyperparameters import Hyperparameters
from .in_order import in_order
from .interactions import Interactions, fold, from_frame, read_parquet, sort_clicks, to_frame
from .lake_objects import objects_below, partition_day
from .ledger import Ledger
from .log import warn
from .read_object import read_object
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
    parsed, the readers who were excluded from it, as ranks. `names`: all ids that
    were read."""

    parameters: Hyperparameters
    counts: ClickCounts = field(default_factory=ClickCounts)
    partitions: set[date] = field(default_factory=set)
    inhuman: dict[date, NDArray[np.int32]] = field(default_factory=dict)
    names: Names = field(default_factory=Names)


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
    window = Window(parameters)
    compacted = _compacted_days(interactions_folder, parameters)
    parts: list[tuple[date, Interactions]] = []
    with tempfile.TemporaryDirectory(prefix="frontpage-spool-") as folder:
        days = {*days_before(parameters.run_date, parameters.history_days), parameters.run_date} - set(compacted)
        spool = Spool(Path(folder), days)
        _spool_objects(clicks_folder, spool, window, ledger, check_stop)
        _check_lines(window)
        if ledger is not None:
            ledger.reconcile(parameters.max_missing_clicks_share)
        history = _read_compacted(compacted, window.names, check_stop)
        ids = window.names.ids()
        erased_readers = forgotten(ids.users.ids, erased)
        for day in sorted(days | set(compacted)):
            check_stop()
            if day in compacted:
                parts.append((day, from_frame(history.pop(day), ids).without(erased_readers)))
                window.counts.used += int(parts[-1][1].clicks.sum())
            else:
                parts += [(day, part) for part in _take_day(day, spool, window, ids, erased_readers, keep)]
    rows = _exclude_from_history(parts, set(compacted), window)
    _check_days(window)
    if window.counts.run_date == 0:
        raise DataRejected(
            f"there are no clicks of the run date {parameters.run_date}: {window.counts.lines} lines were read; "
            "check that the collector delivers and that the run date is right"
        )
    return build_dataset(rows, ids), window.counts


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


def _read_compacted(
    compacted: dict[date, tuple[str, Path]], names: Names, check_stop: Callable[[], None]
) -> dict[date, pl.DataFrame]:
    days = sorted(compacted)
    rows: dict[date, pl.DataFrame] = {}
    for day, coded in zip(days, in_order(lambda day: names.encode(read_parquet(*compacted[day])), days), strict=True):
        check_stop()
        rows[day] = coded
    return rows


def _spool_objects(
    folder: Path, spool: Spool, window: Window, ledger: Ledger | None, check_stop: Callable[[], None]
) -> None:
    counts = window.counts
    objects = objects_below(folder, ".gz")
    read = partial(read_object, names=window.names, end_ms=window.parameters.end_ms, with_acks=ledger is not None)
    for key, found in zip((key for key, _ in objects), in_order(read, objects), strict=True):
        check_stop()
        if found.damaged:
            warn(f"{key} is damaged: {found.clicks.height} clicks before the damage are used")
        if ledger is not None and found.acks is not None:
            ledger.note(found.acks)
        counts.lines += found.lines
        counts.heartbeats += found.heartbeats
        counts.malformed += found.malformed
        counts.future += found.future
        counts.outside_window += found.clicks.height - spool.put(found.clicks) - found.future
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
    day: date,
    spool: Spool,
    window: Window,
    ids: Ids,
    erased_readers: NDArray[np.int32],
    keep: Callable[[date, pl.DataFrame], None],
) -> list[Interactions]:
    """The day's interactions, those of the run date in three slices. A reader who is inhuman on a day is excluded from
    that day by its own clicks alone, so a day is folded to the same interactions whenever it is parsed."""
    parameters, counts = window.parameters, window.counts
    found, duplicates = spool.take(day, ids)
    clicks = found.without(erased_readers)
    inhuman = inhuman_readers(clicks.user, clicks.at_ms, parameters.max_clicks_per_reader_hour)
    people = clicks.without(inhuman)
    window.inhuman[day] = inhuman
    counts.duplicates += duplicates
    counts.erased += found.user.size - clicks.user.size
    counts.inhuman += clicks.user.size - people.user.size
    counts.used += people.user.size
    if day == parameters.run_date:
        counts.run_date = people.user.size
    if people.user.size == 0:
        return []
    del found, clicks
    people = sort_clicks(people)
    if day != parameters.run_date:
        folded = fold(people)
        if day in window.partitions:
            keep(day, to_frame(folded, ids))
        return [folded]
    keep(day, to_frame(fold(people), ids))
    at, tune, holdout = people.at_ms, parameters.tune_start_ms, parameters.holdout_start_ms
    slices = (at < tune, (at >= tune) & (at < holdout), at >= holdout)
    return [fold(people.where(within)) for within in slices]


def _exclude_from_history(
    parts: list[tuple[date, Interactions]], compacted: set[date], window: Window
) -> list[Interactions]:
    """All parts without the readers who were inhuman on the run date: they get no list of their own. Those of history
    days are excluded from their day only, since of a day that comes as interactions nobody knows them any more."""
    counts = window.counts
    counts.inhuman_readers = np.unique(np.concatenate(list(window.inhuman.values()))).size
    excluded = window.inhuman[window.parameters.run_date]
    rows: list[Interactions] = []
    for day, part in parts:
        rest = part.without(excluded)
        clicks = int(part.clicks.sum()) - int(rest.clicks.sum())
        counts.used -= clicks
        counts.inhuman += 0 if day in compacted else clicks
        rows.append(rest)
    return rows

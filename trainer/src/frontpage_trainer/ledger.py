"""What the collectors say they have acknowledged, against what is in the lake. Format in docs/formats.md.

Every acknowledgement has a number of its own, so absence shows as a gap, and a record that was delivered twice shows as
nothing at all. Numbers say that as many clicks arrived as were acknowledged; the digest says that they are the same.
"""

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .bounds import require_share
from .errors import DataRejected
from .lake_objects import objects_below
from .log import warn

_SPOOL = r"[A-Za-z0-9_.:-]{1,64}"
_ACK_NUMBER = r":([1-9][0-9]{0,17})$"
_HOUR = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3])"
_LARGEST_NUMBER = 2**53


@dataclass(frozen=True, order=True)
class LedgerHour:
    """The acknowledgements of one spool in one UTC hour: the numbers from `first` up to and without `end`. `digest` is
    a number below 2^64."""

    spool: str
    hour: str
    first: int
    end: int
    digest: int
    closed: bool

    @property
    def day(self) -> date:
        """The UTC day that the hour belongs to."""
        return date.fromisoformat(self.hour[:10])


@dataclass
class LedgerCounts:
    """`hours` of the run date, of so many `spools`, were judged. Numbers of acknowledgements: `acknowledged` = `found`
    + `missing`. `unledgered`: found, of clicks of the run date, whose spool has no ledger at all. `digest_mismatches`
    counts hours of which every number was found, but not the acknowledged clicks."""

    spools: int = 0
    hours: int = 0
    acknowledged: int = 0
    found: int = 0
    missing: int = 0
    unledgered: int = 0
    digest_mismatches: int = 0


class Ledger:
    """The hours of the run date, and the numbers found so far: 16 bytes in memory for each, and for each copy of it."""

    def __init__(self, hours: list[LedgerHour], run_date: date) -> None:
        """`hours` of any day: those of other days say which spools have a ledger, and are not judged."""
        self.counts = LedgerCounts()
        self._run_date = run_date
        self._spools = {hour.spool for hour in hours}
        self._hours: dict[str, list[LedgerHour]] = defaultdict(list)
        for hour in sorted(hours):
            if hour.day == run_date:
                self._hours[hour.spool].append(hour)
        self._found: dict[str, list[pl.DataFrame]] = defaultdict(list)
        self._unledgered: dict[str, list[pl.Series]] = defaultdict(list)

    def note(self, clicks: pl.DataFrame) -> None:
        """Remembers the acknowledgements of an object's clicks, as `click_lines.parse_clicks` gives them."""
        number = pl.col("ack").str.extract(_ACK_NUMBER, 1).alias("number")
        acknowledged = clicks.select("event_id", "at", "ack", number).drop_nulls("number")
        acknowledged = acknowledged.with_columns(
            # Spools may hold colons: the number follows the last of them.
            pl.col("ack").str.strip_suffix(pl.format(":{}", "number")).alias("spool"),
            pl.col("number").cast(pl.Int64),
        )
        for (spool,), rows in acknowledged.partition_by("spool", as_dict=True).items():
            if spool in self._hours:
                # SHA-256 costs more than everything else here; what no hour of the run date asks for is spared it.
                first, end = self._range_of(spool)
                wanted = rows.filter(pl.col("number").is_between(first, end, closed="left"))
                heads = pl.Series("head", digest_heads(wanted["event_id"].to_list()))
                self._found[spool].append(wanted.select("number", heads))
            elif spool not in self._spools and re.fullmatch(_SPOOL, spool):
                of_run_date = rows.filter(pl.col("at").dt.date() == self._run_date)
                if not of_run_date.is_empty():
                    self._unledgered[spool].append(of_run_date["number"].unique())

    def reconcile(self, max_missing_share: float) -> LedgerCounts:
        """Judges every hour of the run date once all objects were noted.

        Raises `DataRejected` when more acknowledged clicks are missing than the share allows, or when all numbers of an
        hour are there but not its clicks.
        """
        counts = self.counts = LedgerCounts(spools=len(self._hours), hours=sum(map(len, self._hours.values())))
        self._warn_of_doubts()
        first_missing = ""
        mismatches: list[LedgerHour] = []
        for spool, hours in self._hours.items():
            numbers, heads = self._found_of(spool)
            for hour in hours:
                within = slice(*np.searchsorted(numbers, [hour.first, hour.end]))
                # A number with two different clicks is there once, and both are in the sum: the digest shows it.
                distinct = numbers[within][np.diff(numbers[within], prepend=0) > 0]
                acknowledged = hour.end - hour.first
                counts.acknowledged += acknowledged
                counts.found += distinct.size
                if distinct.size < acknowledged:
                    first_missing = first_missing or f"[spool={spool}, first missing={_first_gap(distinct, hour)}]"
                elif int(heads[within].sum(dtype=np.uint64)) != hour.digest:
                    mismatches.append(hour)
        counts.missing = counts.acknowledged - counts.found
        counts.digest_mismatches = len(mismatches)
        counts.unledgered = self._count_unledgered()
        require_share(
            counts.missing,
            counts.acknowledged,
            f"acknowledged clicks are not in the lake {first_missing}",
            ("max_missing_clicks_share", max_missing_share),
            "look for objects that the delivery still owes, or below errors/, and run again with a new manifest",
        )
        if counts.missing:
            warn(f"{counts.missing} of {counts.acknowledged} acknowledged clicks are not in the lake {first_missing}")
        if mismatches:
            raise DataRejected(
                f"{len(mismatches)} of {counts.hours} ledger hours have all of their acknowledgement numbers in the "
                f"lake but not the clicks that were acknowledged [spool={mismatches[0].spool}, "
                f"hour={mismatches[0].hour}, digest={mismatches[0].digest:016x}]; "
                "none is allowed: something changed event ids after the collector wrote them, or the ledger"
            )
        return counts

    def _range_of(self, spool: str) -> tuple[int, int]:
        hours = self._hours[spool]
        return min(hour.first for hour in hours), max(hour.end for hour in hours)

    def _found_of(self, spool: str) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Numbers in order, each with the head of its click's digest; copies are gone."""
        parts = self._found.pop(spool, [])
        if not parts:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint64)
        found = pl.concat(parts).unique().sort("number")
        return found["number"].to_numpy(), found["head"].to_numpy()

    def _count_unledgered(self) -> int:
        counts = {spool: pl.concat(parts).n_unique() for spool, parts in sorted(self._unledgered.items())}
        if counts:
            warn(
                f"{sum(counts.values())} acknowledged clicks of the run date are of {len(counts)} spools without a "
                f"ledger, such as {next(iter(counts))}; their ledger may be late, and nothing is known to be missing"
            )
        return sum(counts.values())

    def _warn_of_doubts(self) -> None:
        hours = [hour for of_spool in self._hours.values() for hour in of_spool]
        if still_open := [hour for hour in hours if not hour.closed]:
            warn(
                f"{len(still_open)} ledger hours of the run date are not closed and are judged on what they say so "
                f"far, such as {still_open[0].hour} of {still_open[0].spool}"
            )
        breaks = [(a, b) for of_spool in self._hours.values() for a, b in pairwise(of_spool) if a.end != b.first]
        if breaks:
            before, after = breaks[0]
            warn(
                f"ledgers do not continue one another in {len(breaks)} places, such as {after.spool}: {before.hour} "
                f"ends before number {before.end}, {after.hour} begins with {after.first}"
            )


def read_ledger(folder: Path, run_date: date) -> Ledger | None:
    """The ledger channel; `None` when the job has none. Raises `DataRejected` that names an object that is no
    ledger."""
    if not folder.is_dir():
        return None
    found: dict[tuple[str, str], tuple[str, LedgerHour]] = {}
    for key, path in objects_below(folder, ".json"):
        hour = _read_hour(key, path)
        if (hour.spool, hour.hour) in found:
            other = found[hour.spool, hour.hour][0]
            raise DataRejected(f"{key} and {other} are of the same spool and hour; remove one of them")
        found[hour.spool, hour.hour] = (key, hour)
    return Ledger([hour for _, hour in found.values()], run_date)


def digest_heads(event_ids: list[str]) -> NDArray[np.uint64]:
    """The first eight bytes, big-endian, of the SHA-256 of each event id. A digest is their sum modulo 2^64."""
    sha256 = hashlib.sha256
    digests = b"".join([sha256(event_id.encode()).digest() for event_id in event_ids])
    return np.frombuffer(digests, dtype=">u8").reshape(-1, 4)[:, 0].astype(np.uint64)


def _read_hour(key: str, path: Path) -> LedgerHour:
    try:
        hour = _parse_hour(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise DataRejected(
            f"{key} is not a ledger object ({error}); restore it, or let its collector write it again"
        ) from (error)
    day, number = hour.hour.split("T")
    if not f"/{key}".endswith(f"/dt={day}/hr={number}/{hour.spool}.json"):
        raise DataRejected(f"{key} holds the ledger of {hour.hour} of {hour.spool}; restore the object of that key")
    return hour


def _parse_hour(value: Any) -> LedgerHour:
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    if value.get("schema") != 1:
        raise ValueError(f"its schema is {value.get('schema')!r}, not 1")
    for name, pattern in (("spool", _SPOOL), ("hour", _HOUR), ("digest", r"[0-9a-f]{16}")):
        if not isinstance(value.get(name), str) or not re.fullmatch(pattern, value[name]):
            raise ValueError(f"its {name} is missing or malformed")
    date.fromisoformat(value["hour"][:10])
    for name, least in (("first", 1), ("count", 0)):
        if type(value.get(name)) is not int or not least <= value[name] <= _LARGEST_NUMBER:
            raise ValueError(f"its {name} is not a whole number from {least}")
    if type(value.get("closed")) is not bool:
        raise ValueError("its closed is neither true nor false")
    end = value["first"] + value["count"]
    return LedgerHour(value["spool"], value["hour"], value["first"], end, int(value["digest"], 16), value["closed"])


def _first_gap(distinct: NDArray[np.int64], hour: LedgerHour) -> int:
    expected = np.arange(hour.first, hour.first + distinct.size)
    differs = np.flatnonzero(distinct != expected)
    return int(expected[differs[0]]) if differs.size else hour.first + distinct.size

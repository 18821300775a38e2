"""Event times as text, many at once: `YYYY-MM-DDTHH:MM:SS[.f[f[f]]]Z`."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

_PATTERN = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d(\.\d{1,3})?Z$"
_STORED = b"0000-00-00T00:00:00.000Z"
_DIGITS = [place for place, sign in enumerate(_STORED) if sign == ord("0")]
_SIGNS = [place for place, sign in enumerate(_STORED) if sign != ord("0")]
_TYPE = pl.Datetime("ms", "UTC")


def event_times(texts: pl.Series) -> pl.Series:
    """datetime[ms, UTC], null for what is no such time."""
    if texts.len() and (texts.str.len_bytes() == len(_STORED)).all(ignore_nulls=False):
        return _as_stored(texts)
    times = texts.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", strict=False, time_unit="ms", time_zone="UTC")
    return times.to_frame("at").select(pl.when(texts.str.contains(_PATTERN)).then("at")).to_series()


def _as_stored(texts: pl.Series) -> pl.Series:
    """The collector stores exactly three decimals, so that digits have their places: several times faster."""
    signs = np.frombuffer(texts.str.join("").cast(pl.Binary).item(), dtype=np.uint8).reshape(-1, len(_STORED))
    # Turned, so that each place is looked at for all texts at once.
    signs = np.ascontiguousarray(signs.T)
    part = signs[_DIGITS] - np.uint8(ord("0"))
    valid = (part < 10).all(axis=0)
    valid &= (signs[_SIGNS] == np.frombuffer(_STORED, dtype=np.uint8)[_SIGNS, None]).all(axis=0)
    pairs = (part[0:14:2] * np.uint8(10) + part[1:14:2]).astype(np.int32)
    century, year_of_it, month, day, hour, minute, second = pairs
    year = century * 100 + year_of_it
    milliseconds = part[14] * np.int32(100) + part[15] * np.int32(10) + part[16]
    valid &= (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)
    valid &= (day >= 1) & (day <= _month_lengths(year, np.where(valid, month, 1)))
    in_day = ((hour * 60 + minute) * 60 + second).astype(np.int64) * 1000 + milliseconds
    times = pl.Series("at", _days(year, month, day) * 86_400_000 + in_day).cast(_TYPE)
    return times.to_frame().select(pl.when(pl.Series(valid)).then("at")).to_series()


def _month_lengths(year: NDArray[np.int32], month: NDArray[np.int32]) -> NDArray[np.int32]:
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int32)[month]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return lengths + (leap & (month == 2))


def _days(year: NDArray[np.int32], month: NDArray[np.int32], day: NDArray[np.int32]) -> NDArray[np.int64]:
    """Since 1970-01-01. Years begin in March, so that a leap day is the last one."""
    early = month <= 2
    years = (year - early).astype(np.int64)
    since_march = np.where(early, month + 9, month - 3)
    return years * 365 + years // 4 - years // 100 + years // 400 + (153 * since_march + 2) // 5 + day - 719_469

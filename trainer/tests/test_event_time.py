"""Event times, in the form that the collector stores and in the other forms that the format allows."""

from datetime import datetime, timedelta, timezone

import numpy as np
import polars as pl
import pytest

from frontpage_trainer.event_time import event_times

NO_TIMES = [
    "2026-02-29T10:00:00.000Z",
    "2026-04-31T10:00:00.000Z",
    "1900-02-29T10:00:00.000Z",
    "2026-13-01T10:00:00.000Z",
    "2026-00-01T10:00:00.000Z",
    "2026-01-00T10:00:00.000Z",
    "2026-11-23T24:00:00.000Z",
    "2026-11-23T10:60:00.000Z",
    "2026-11-23T10:00:60.000Z",
    "2026-11-23 10:00:00.000Z",
    "2026-11-23T10:00:00,000Z",
    "2026-11-23T10:00:00.000z",
    "2026-11-23T10:00:0x.000Z",
    "+026-11-23T10:00:00.000Z",
    "2026-11-23T10:00:00.00\u00e9",
]


def test_stored_times_of_four_centuries_are_read_to_the_millisecond() -> None:
    random = np.random.default_rng(1)
    start = datetime(1700, 1, 1, tzinfo=timezone.utc)
    times = [
        start + timedelta(days=int(day), milliseconds=int(ms))
        for day, ms in zip([*range(0, 146_097, 17), 59, 58], random.integers(86_400_000, size=8596), strict=True)
    ]
    texts = [time.isoformat(timespec="milliseconds").replace("+00:00", "Z") for time in times]
    assert event_times(pl.Series(texts)).to_list() == times


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_looks_like_a_stored_time_and_is_none_is_null(text: str) -> None:
    good = "2024-02-29T23:59:59.999Z"
    expected = datetime(2024, 2, 29, 23, 59, 59, 999_000, tzinfo=timezone.utc)
    assert event_times(pl.Series([good, text, good])).to_list() == [expected, None, expected]


def test_times_of_fewer_decimals_are_read_beside_stored_ones() -> None:
    texts = ["2026-11-23T10:00:00Z", "2026-11-23T10:00:00.5Z", "2026-11-23T10:00:00.250Z", None, "x", *NO_TIMES]
    times = event_times(pl.Series(texts)).to_list()
    assert [time.microsecond for time in times[:3]] == [0, 500_000, 250_000]
    assert times[3:] == [None] * (2 + len(NO_TIMES))


def test_no_texts_are_no_times() -> None:
    assert event_times(pl.Series([], dtype=pl.String)).to_list() == []

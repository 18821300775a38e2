"""F6: what a lake may hold of a day when objects are late, empty, torn, run together or delivered twice.

However a day's clicks lie in their objects, the same clicks give the same data and the same interactions, to the byte.
What was torn off is counted, and a day of which too much is gone is refused, not learned from in silence.
"""

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from frontpage_trainer.errors import DataRejected
from frontpage_trainer.interactions import to_parquet
from frontpage_trainer.window import ClickCounts

from .support import RUN_DATE, Place, click, lines, read

DAY = [click(f"e{n}", f"u{n % 17}", f"a{n % 23}", f"{n % 24:02d}:00:{n % 60:02d}") for n in range(600)]
"""Its hour of event is the hour of its object, so that an hour that is missing is missing from the data too."""


def put_hours(place: Place, write: Callable[[Place, int, bytes], None]) -> None:
    for hour in range(24):
        write(place, hour, lines(DAY[hour::24]))


def whole(place: Place, hour: int, content: bytes) -> None:
    place.put(gzip.compress(content), hour=hour)


def outcome(place: Place) -> tuple[str, bytes, ClickCounts]:
    """Fingerprint of what is learned from, the interactions file, and the counts."""
    data, counts, kept = read(place)
    return data.fingerprint, to_parquet(kept[date.fromisoformat(RUN_DATE)]), counts


@pytest.fixture
def expected(tmp_path: Path) -> tuple[str, bytes]:
    """Of the day as it is delivered on a day on which nothing happens."""
    calm = Place(tmp_path / "calm")
    put_hours(calm, whole)
    fingerprint, interactions, counts = outcome(calm)
    assert (counts.used, counts.malformed, counts.duplicates) == (600, 0, 0)
    return fingerprint, interactions


def with_an_empty_object(place: Place, hour: int, content: bytes) -> None:
    whole(place, hour, content)
    place.put(b"", hour=hour, name="empty.gz")
    place.put(gzip.compress(b""), hour=hour, name="nothing.gz")


def without_newlines(place: Place, hour: int, content: bytes) -> None:
    whole(place, hour, content.replace(b"}\n{", b"}{"))


def in_members(place: Place, hour: int, content: bytes) -> None:
    third = len(content) // 3
    place.put(b"".join(gzip.compress(content[at : at + third]) for at in range(0, len(content), third)), hour=hour)


def in_several_objects(place: Place, hour: int, content: bytes) -> None:
    parts = content.splitlines(keepends=True)
    for part in range(3):
        place.put(gzip.compress(b"".join(reversed(parts[part::3]))), hour=hour, name=f"{9 - part}.gz")


def delivered_late(place: Place, hour: int, content: bytes) -> None:
    """Its last hours arrived with the first of the next day."""
    day = RUN_DATE if hour < 22 else "2026-11-24"
    place.put(gzip.compress(content), day=day, hour=hour if hour < 22 else 0, name=f"{hour}.gz")


@pytest.mark.parametrize(
    "write", [whole, with_an_empty_object, without_newlines, in_members, in_several_objects, delivered_late]
)
def test_f6_the_same_clicks_give_the_same_data_and_interactions_however_their_objects_lie(
    place: Place, expected: tuple[str, bytes], write: Callable[[Place, int, bytes], None]
) -> None:
    put_hours(place, write)
    fingerprint, interactions, counts = outcome(place)
    assert (fingerprint, interactions) == expected
    assert (counts.used, counts.malformed, counts.duplicates) == (600, 0, 0)


def test_f6_an_object_that_was_delivered_twice_changes_nothing_but_the_count_of_duplicates(
    place: Place, expected: tuple[str, bytes]
) -> None:
    put_hours(place, whole)
    place.put(gzip.compress(lines(DAY[5::24])), hour=5, name="again.gz")
    place.put(gzip.compress(lines(DAY[5::24])), hour=6, name="again-under-another-hour.gz")
    fingerprint, interactions, counts = outcome(place)
    assert (fingerprint, interactions) == expected
    assert (counts.used, counts.duplicates) == (600, 50)


def test_f6_a_truncated_gzip_object_costs_what_was_torn_off_is_counted_and_makes_other_data(
    place: Place, expected: tuple[str, bytes]
) -> None:
    put_hours(place, whole)
    place.put(gzip.compress(lines(DAY[7::24]))[:-60], hour=7)
    fingerprint, interactions, counts = outcome(place)
    assert fingerprint != expected[0]
    assert interactions != expected[1]
    assert 575 < counts.used < 600
    assert counts.malformed == 1


def test_f6_a_day_of_which_truncated_objects_are_more_than_the_bound_is_refused(place: Place) -> None:
    for hour in range(24):
        place.put(gzip.compress(lines(DAY[hour::24]))[: 90 if hour < 12 else None], hour=hour)
    with pytest.raises(DataRejected, match="malformed"):
        read(place, max_malformed_share="0.01")


def test_f6_without_hour_23_the_data_are_others_and_the_ledger_names_what_is_missing(
    place: Place, expected: tuple[str, bytes]
) -> None:
    stored = [
        {**one, "ack": f"web1-3f9a1c2e:{n + 1}"} for n, one in enumerate(sorted(DAY, key=lambda c: c["occurred_at"]))
    ]
    for hour in range(23):
        place.put_clicks([one for one in stored if one["occurred_at"][11:13] == f"{hour:02d}"], hour=hour)
    data, counts, _ = read(place)
    assert data.fingerprint != expected[0]
    assert counts.used == 575
    for hour in range(24):
        of_hour = [one for one in stored if one["occurred_at"][11:13] == f"{hour:02d}"]
        first = int(of_hour[0]["ack"].split(":")[1])
        place.put_ledger("web1-3f9a1c2e", f"{RUN_DATE}T{hour:02d}", first, [one["event_id"] for one in of_hour])
    with pytest.raises(DataRejected, match=r"25 of 600 .*first missing=576"):
        read(place)

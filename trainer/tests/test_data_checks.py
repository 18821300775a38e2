"""Bounds on what was read, and readers whose rate no human has."""

import gzip
from datetime import date
from typing import Any

import pytest

from frontpage_trainer.bounds import exceeds
from frontpage_trainer.errors import DataRejected

from .support import RUN_DATE, Place, click, lines, read

BEFORE = "2026-11-22"
FUTURE = "2026-11-24T01:00:00.001Z"


def good(count: int, prefix: str = "e", at: str = "10:00:00") -> list[dict[str, Any]]:
    """Clicks of seven readers."""
    return [click(f"{prefix}{n}", f"u{n % 7}", f"a{n % 5}", at) for n in range(count)]


def busy(user: str, count: int, at: str, prefix: str = "") -> list[dict[str, Any]]:
    """Clicks of one reader at one time."""
    return [click(f"{user}-{prefix}{n}", user, f"a{n % 9}", at) for n in range(count)]


@pytest.mark.parametrize(
    ("count", "total", "share", "expected"),
    [(29, 100, 0.29, False), (30, 100, 0.29, True), (7, 100, 0.07, False), (0, 0, 0.0, False), (1, 10**9, 0.0, True)],
)
def test_a_share_is_compared_as_it_is_written(count: int, total: int, share: float, expected: bool) -> None:
    assert exceeds(count, total, share) is expected


def test_malformed_lines_at_the_bound_are_counted_and_one_more_is_rejected(place: Place) -> None:
    heartbeats = b'{"heartbeat_at":"2026-11-23T10:00:00.000Z","collector":"c1"}\n' * 60
    place.put(gzip.compress(lines(good(95)) + b"x\n" * 5 + heartbeats))
    _, counts, _ = read(place)
    assert (counts.malformed, counts.used) == (5, 95)
    place.put(b"x\n", name="b.gz")
    sentence = (
        r"^6 of 101 lines of the clicks channel are malformed, heartbeats not counted: "
        r"5\.941 % where max_malformed_share allows 5 %; check what writes to the stream"
    )
    with pytest.raises(DataRejected, match=sentence):
        read(place)
    assert read(place, max_malformed_share="0.06")[1].malformed == 6


def test_lines_with_nulls_are_malformed(place: Place) -> None:
    nulls = [{**click("n", "u1", "a1", "10:00:00"), name: None} for name in click("n", "u1", "a1", "10:00:00")]
    place.put_clicks([*good(96), *nulls])
    assert read(place)[1].malformed == 4
    place.put_clicks([*nulls, *nulls], name="b.gz")
    with pytest.raises(DataRejected, match=r"^12 of 108 lines of the clicks channel are malformed"):
        read(place)


def test_duplicates_at_the_bound_are_counted_and_one_more_is_rejected(place: Place) -> None:
    clicks = good(20)
    place.put_clicks(clicks * 2)
    assert read(place)[1].duplicates == 20
    place.put_clicks(clicks[:1], name="b.gz")
    with pytest.raises(
        DataRejected, match=r"^21 of 41 clicks repeat an event_id: .* max_duplicate_share allows 50 %; "
    ):
        read(place)


def test_clicks_of_a_time_to_come_at_the_bound_are_counted_and_one_more_is_rejected(place: Place) -> None:
    almost = click("last", "u1", "a1", "2026-11-24T01:00:00.000Z")
    place.put_clicks([*good(97), almost, *good(2, prefix="f", at=FUTURE)])
    _, counts, _ = read(place)
    assert (counts.future, counts.outside_window, counts.used) == (2, 1, 97)
    place.put_clicks(good(1, prefix="g", at="2031-01-01T00:00:00.000Z"), name="b.gz")
    sentence = (
        "^3 of 101 clicks occurred more than an hour after the end of 2026-11-23: .* max_future_share allows 2 %; "
    )
    with pytest.raises(DataRejected, match=sentence):
        read(place)


def test_a_reader_with_an_inhuman_rate_teaches_nobody_and_gets_no_list_of_his_own(place: Place) -> None:
    people = [click(f"e{n}", f"u{n % 40}", f"a{n % 30}", f"{n % 24:02d}:15:00") for n in range(400)]
    place.put_clicks([*people, *(click(f"m{n}", "machine", "junk", "23:59:00") for n in range(31))])
    place.put_clicks(busy("quick", 30, "12:59:59") + busy("quick", 30, "13:00:00", prefix="x"), name="b.gz")
    place.configure(max_clicks_per_reader_hour="30")
    result = place.run()
    assert result.returncode == 0, result.stderr
    metrics = place.json("metrics.json")
    assert (metrics["clicks"]["inhuman"], metrics["inhumanReaders"]) == (31, 1)
    assert (metrics["clicks"]["used"], metrics["clicks"]["runDate"]) == (460, 460)
    lists = place.lists()
    assert "u#u1" in lists
    assert "u#quick" in lists
    assert "u#machine" not in lists
    assert all("junk" not in articles for articles in lists.values())


def test_copies_of_a_click_make_nobody_inhuman(place: Place) -> None:
    place.put_clicks([*good(30), *busy("machine", 20, "10:00:00") * 2])
    assert read(place, max_clicks_per_reader_hour="20")[1].inhuman == 0
    assert read(place, max_clicks_per_reader_hour="19", max_inhuman_share="1")[1].inhuman == 20


def test_inhuman_clicks_at_the_bound_are_excluded_and_one_more_is_rejected(place: Place) -> None:
    place.put_clicks([*good(80), *good(80), *busy("machine", 20, "10:00:00")])
    assert read(place, max_clicks_per_reader_hour="15")[1].inhuman == 20
    place.put_clicks(busy("machine", 1, "15:00:00", prefix="more"), name="b.gz")
    sentence = (
        "^21 of 101 clicks are of 1 readers with more than 15 clicks in an hour: .* max_inhuman_share allows 20 %; "
        "block what clicks by machine"
    )
    with pytest.raises(DataRejected, match=sentence):
        read(place, max_clicks_per_reader_hour="15")


def test_five_hundred_clicks_in_an_hour_are_human_and_one_more_is_not(place: Place) -> None:
    place.put_clicks(busy("quick", 500, "10:00:00") + busy("machine", 501, "10:00:00"))
    _, counts, _ = read(place, max_inhuman_share="0.6")
    assert (counts.inhuman, counts.inhuman_readers, counts.used) == (501, 1, 500)


def test_a_day_without_a_single_human_click_is_a_day_without_clicks(place: Place) -> None:
    place.put_clicks(busy("machine", 501, "10:00:00"))
    with pytest.raises(DataRejected, match="there are no clicks of the run date"):
        read(place, max_inhuman_share="1")


def test_interactions_of_a_day_lack_only_those_who_were_inhuman_on_that_day(place: Place) -> None:
    history = [
        *good(56, prefix="h", at=f"{BEFORE}T10:00:00.000Z"),
        *busy("today", 4, f"{BEFORE}T10:00:00.000Z", prefix="h"),
    ]
    place.put_clicks([*history, *busy("then", 9, f"{BEFORE}T10:00:00.000Z")], day=BEFORE)
    place.put_clicks([*good(56), *busy("today", 9, "10:00:00"), *busy("then", 4, "10:00:00", prefix="x")])
    data, counts, kept = read(place, max_clicks_per_reader_hour="8", max_inhuman_share="0.3")
    people = [f"u{n}" for n in range(7)]
    assert list(kept) == [date(2026, 11, 22), date(2026, 11, 23)]
    assert sorted(set(kept[date(2026, 11, 22)]["user_id"])) == ["today", *people]
    assert sorted(set(kept[date.fromisoformat(RUN_DATE)]["user_id"])) == ["then", *people]
    assert list(data.user_ids) == ["then", *people]
    assert (counts.inhuman, counts.inhuman_readers) == (9 + 9 + 4, 2)
    assert counts.lines == counts.inhuman + counts.used == 138


def test_who_is_excluded_does_not_depend_on_whether_a_day_was_parsed_before(place: Place, tmp_path: Any) -> None:
    today = [*good(56), *busy("today", 9, "10:00:00"), *busy("then", 4, "10:00:00", prefix="x")]
    history = [
        *good(56, prefix="h", at=f"{BEFORE}T10:00:00.000Z"),
        *busy("today", 4, f"{BEFORE}T10:00:00.000Z", prefix="h"),
    ]
    place.put_clicks([*history, *busy("then", 9, f"{BEFORE}T10:00:00.000Z")], day=BEFORE)
    place.put_clicks(today)
    bounds = {"max_clicks_per_reader_hour": "8", "max_inhuman_share": "0.3"}
    parsed, first, kept = read(place, **bounds)
    again = Place(tmp_path / "again")
    again.put_interactions(BEFORE, kept[date(2026, 11, 22)])
    again.put_clicks(today)
    compacted, later, _ = read(again, **bounds)
    assert compacted.fingerprint == parsed.fingerprint
    assert first.used == later.used
    # Lines that are no longer read are no longer counted.
    assert (later.inhuman, later.inhuman_readers, later.lines) == (9, 1, 69)


def test_a_bound_that_was_raised_lets_a_run_go_on_from_its_checkpoints(place: Place) -> None:
    place.put_clicks([click(f"e{n}", f"u{n % 40}", f"a{n % 30}", f"{n % 24:02d}:15:00") for n in range(400)])
    assert place.run().returncode == 0
    place.configure(max_duplicate_share="0.9", max_clicks_per_reader_hour="600")
    assert place.run().returncode == 0
    assert place.json("metrics.json")["training"]["resumedFrom"] != []

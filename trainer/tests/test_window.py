"""Reading a run's window: event days, copies, days that were parsed before, and what is refused."""

import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from frontpage_trainer.errors import DataRejected
from frontpage_trainer.interactions import SCHEMA, fold, sort_clicks, to_frame
from frontpage_trainer.window import ClickCounts

from .support import Place, click, clicks_of, lines, read

BEFORE = "2026-11-22"


def folded(*clicks: dict[str, str]) -> pl.DataFrame:
    rows = pl.DataFrame(list(clicks)).with_columns(
        pl.col("occurred_at").str.to_datetime(time_unit="ms", time_zone="UTC").alias("at"),
        pl.lit(None, pl.String).alias("section"),
    )
    coded, ids = clicks_of(rows)
    return to_frame(fold(sort_clicks(coded)), ids)


def test_a_click_belongs_to_the_day_of_its_event_whenever_it_arrived(place: Place) -> None:
    last, first = f"{BEFORE}T23:59:59.999Z", "2026-11-23T00:00:00.000Z"
    place.put_clicks([click("e0", "u0", "a0", f"{BEFORE}T12:00:00Z")], day=BEFORE)
    place.put_clicks([click("e1", "u1", "a1", last), click("e2", "u2", "a2", first)], hour=0)
    place.put_clicks([click("e3", "u3", "a3", "2026-11-24T00:00:00.000Z")], day="2026-11-24", hour=0)
    _, counts, kept = read(place)
    assert kept[date(2026, 11, 22)]["user_id"].to_list() == ["u0", "u1"]
    assert kept[date(2026, 11, 23)]["user_id"].to_list() == ["u2"]
    assert (counts.used, counts.run_date, counts.outside_window) == (3, 1, 1)


def test_an_event_counts_once_however_often_and_wherever_it_was_delivered(place: Place) -> None:
    one, two = click("e1", "u1", "a1", "10:00:00"), click("e2", "u1", "a1", "10:05:00")
    place.put_clicks([one, one, two], name="a.gz")
    place.put_clicks([two, one], name="b.gz", hour=13)
    place.put_clicks([{**one, "occurred_at": f"{BEFORE}T23:00:00.000Z"}], name="c.gz", hour=0)
    data, counts, _ = read(place, max_duplicate_share="0.7")
    assert (counts.lines, counts.duplicates, counts.used) == (6, 4, 2)
    assert data.clicks.sum() == 2


def test_every_line_is_counted_exactly_once(place: Place) -> None:
    good = [click(f"e{number}", "u1", "a1", "10:00:00") for number in range(5)]
    machine = [click(f"m{number}", "bot", "a1", "10:00:00") for number in range(6)]
    old = click("e9", "u1", "a1", "2026-11-01T00:00:00.000Z")
    future = [click(f"f{number}", "u1", "a1", "2026-11-24T01:00:00.001Z") for number in range(2)]
    heartbeat = b'{"heartbeat_at":"2026-11-23T10:00:00.000Z","collector":"c1"}\n'
    place.put(gzip.compress(lines([*good, good[0], old, *future, *machine]) + heartbeat + b"torn {\n\n"))
    bounds = {"max_malformed_share": "0.1", "max_future_share": "0.2", "max_inhuman_share": "0.6"}
    _, counts, _ = read(place, max_clicks_per_reader_hour="5", **bounds)
    assert counts == ClickCounts(
        **{"lines": 17, "heartbeats": 1, "malformed": 1, "duplicates": 1, "outside_window": 1, "future": 2},
        **{"inhuman": 6, "inhuman_readers": 1, "used": 5, "run_date": 5},
    )


def test_a_day_is_folded_to_one_row_for_each_reader_and_article(place: Place) -> None:
    place.put_clicks(
        [
            click("e1", "u2", "a1", "10:00:00", section="old"),
            click("e2", "u1", "a2", "11:00:00"),
            click("e3", "u2", "a1", "12:00:00.250Z".removesuffix(".250Z"), section="new"),
            click("e4", "u2", "a1", "13:00:00"),
        ]
    )
    _, _, kept = read(place)
    interactions = kept[date(2026, 11, 23)]
    assert dict(interactions.schema) == SCHEMA
    assert interactions["user_id"].to_list() == ["u1", "u2"]
    assert interactions["clicks"].to_list() == [1, 3]
    assert [at.hour for at in interactions["first_at"]] == [11, 10]
    assert [at.hour for at in interactions["last_at"]] == [11, 13]
    assert interactions["section"].to_list() == [None, "new"]


def test_a_day_that_comes_as_interactions_is_used_and_not_made_again_from_late_clicks(place: Place) -> None:
    place.put_interactions(BEFORE, folded(click("x", "u7", "a7", f"{BEFORE}T10:00:00.000Z")))
    place.put_clicks([click("e1", "u1", "a1", "10:00:00"), click("e2", "u2", "a2", f"{BEFORE}T23:59:00.000Z")], hour=0)
    data, counts, kept = read(place)
    assert (counts.used, counts.outside_window) == (2, 1)
    assert list(kept) == [date(2026, 11, 23)]
    assert list(data.user_ids) == ["u1", "u7"]


def test_late_clicks_of_a_day_whose_own_partition_is_absent_are_used_but_are_no_complete_day(place: Place) -> None:
    place.put_clicks([click("e1", "u1", "a1", "00:00:01"), click("e2", "u2", "a2", f"{BEFORE}T23:59:00.000Z")], hour=0)
    _, counts, kept = read(place)
    assert counts.used == 2
    assert list(kept) == [date(2026, 11, 23)]


def test_the_same_day_gives_the_same_data_from_clicks_and_from_interactions(place: Place, tmp_path: Path) -> None:
    clicks = [click(f"e{n}", f"u{n % 5}", f"a{n % 7}", f"{BEFORE}T10:00:{n:02d}.000Z") for n in range(40)]
    place.put_clicks(clicks, day=BEFORE)
    place.put_clicks([click("r1", "u1", "a1", "10:00:00")])
    parsed, _, kept = read(place)
    again = Place(tmp_path / "again")
    again.put_interactions(BEFORE, kept[date(2026, 11, 22)])
    again.put_clicks([click("r1", "u1", "a1", "10:00:00")])
    compacted, counts, _ = read(again)
    assert compacted.fingerprint == parsed.fingerprint
    assert counts.used == 41


def test_no_click_of_the_run_date_is_rejected_with_the_date(place: Place) -> None:
    place.put_clicks([click("e1", "u1", "a1", f"{BEFORE}T10:00:00.000Z")], day=BEFORE)
    with pytest.raises(DataRejected, match="no clicks of the run date 2026-11-23"):
        read(place)


def test_a_broken_interactions_file_is_rejected_by_its_key(place: Place) -> None:
    place.put_clicks([click("e1", "u1", "a1", "10:00:00")])
    place.put_interactions(BEFORE, folded(click("x", "u7", "a7", f"{BEFORE}T10:00:00.000Z")))
    (place.interactions / f"interactions/dt={BEFORE}/interactions.parquet").write_bytes(b"PAR1 not")
    with pytest.raises(
        DataRejected, match=f"^interactions/dt={BEFORE}/interactions.parquet is not an interactions file"
    ):
        read(place)

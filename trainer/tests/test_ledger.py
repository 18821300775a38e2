"""Reconciling what collectors have acknowledged with what the lake holds, before anything is learnt."""

import gzip
import hashlib
import json
from typing import Any

import numpy as np
import pytest

from frontpage_trainer.errors import DataRejected
from frontpage_trainer.hyperparameters import parse_hyperparameters
from frontpage_trainer.ledger import LedgerCounts, digest_heads, read_ledger
from frontpage_trainer.window import read_window

from .support import HYPERPARAMETERS, RUN_DATE, Place, click, digest_of, lines, read

SPOOL, OTHER = "web1-3f9a1c2e", "web2-00c0ffee"
HOUR = f"{RUN_DATE}T10"


def stored(spool: str, first: int, count: int, at: str = "10:30:00", prefix: str = "e") -> list[dict[str, Any]]:
    """Clicks as a collector stores them, numbered from `first`; the number is in the event id too."""
    return [
        click(f"{prefix}{n}", f"u{n % 7}", f"a{n % 5}", at, ack=f"{spool}:{n}") for n in range(first, first + count)
    ]


def ids(clicks: list[dict[str, Any]]) -> list[str]:
    return [one["event_id"] for one in clicks]


def reconcile(place: Place, **changes: str) -> LedgerCounts:
    """What the ledger says once the window was read."""
    parameters = parse_hyperparameters({**HYPERPARAMETERS, **changes})
    ledger = read_ledger(place.ledger, parameters.run_date)
    assert ledger is not None
    read_window(place.clicks, place.interactions, ledger, parameters, lambda *_: None, lambda: None)
    return ledger.counts


@pytest.mark.parametrize(
    ("event_ids", "digest"),
    [
        ([], "0000000000000000"),
        (["e1"], "8b5cc4df7eec7d32"),
        (["e2", "e1"], "376bcea077abdbac"),
        (["e1", "e2", "e3"], "0663cab41b2d5c3f"),
    ],
)
def test_the_digest_is_the_sum_of_the_first_eight_bytes_of_each_hash(event_ids: list[str], digest: str) -> None:
    by_hand = sum(int(hashlib.sha256(event_id.encode()).hexdigest()[:16], 16) for event_id in event_ids)
    assert f"{by_hand % 2**64:016x}" == digest
    assert f"{int(digest_heads(event_ids).sum(dtype='uint64')):016x}" == digest


def test_every_acknowledged_click_is_found_across_objects_hours_and_spools(place: Place) -> None:
    clicks, others = stored(SPOOL, 101, 30), stored(OTHER, 1, 8, prefix="x")
    place.put_clicks([*clicks[20:], *others], name="a.gz")
    place.put_clicks(clicks[:20], name="b.gz", hour=13)
    place.put_ledger(SPOOL, HOUR, 101, ids(clicks[:25]))
    place.put_ledger(SPOOL, f"{RUN_DATE}T11", 126, ids(clicks[25:]))
    place.put_ledger(SPOOL, f"{RUN_DATE}T12", 131, [])
    place.put_ledger(OTHER, HOUR, 1, ids(others))
    assert reconcile(place) == LedgerCounts(spools=2, hours=4, acknowledged=38, found=38)


def test_records_that_were_delivered_again_are_counted_once(place: Place) -> None:
    clicks = stored(SPOOL, 1, 20)
    place.put_clicks([*clicks, *clicks[5:15]], name="a.gz")
    place.put_clicks(clicks[3:9], name="b.gz", hour=13)
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    assert reconcile(place) == LedgerCounts(spools=1, hours=1, acknowledged=20, found=20)


def test_a_click_that_a_browser_sent_twice_has_two_numbers_and_trains_once(place: Place) -> None:
    clicks = stored(SPOOL, 1, 3)
    again = {**clicks[1], "ack": f"{SPOOL}:4"}
    place.put_clicks([*clicks, again])
    place.put_ledger(SPOOL, HOUR, 1, ids([*clicks, again]))
    assert reconcile(place) == LedgerCounts(spools=1, hours=1, acknowledged=4, found=4)
    data, counts, _ = read(place)
    assert (counts.duplicates, counts.used, data.clicks.sum()) == (1, 3, 3)


def test_clicks_that_train_nobody_were_still_acknowledged_and_are_found(place: Place) -> None:
    clicks = [
        *stored(SPOOL, 1, 60),
        *stored(SPOOL, 61, 1, at="2026-11-01T10:00:00.000Z"),
        *stored(SPOOL, 62, 1, at="2026-11-25T10:00:00.000Z"),
        *(click(f"m{n}", "machine", "a1", "10:40:00", ack=f"{SPOOL}:{n}") for n in range(63, 73)),
    ]
    place.put_clicks(clicks)
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    assert reconcile(place, max_clicks_per_reader_hour="9") == LedgerCounts(1, 1, acknowledged=72, found=72)


def test_a_number_missing_in_the_middle_is_rejected_with_its_spool_and_number(place: Place) -> None:
    clicks = stored(SPOOL, 1001, 40)
    place.put_clicks([*clicks[:17], *clicks[18:30], *clicks[31:]])
    place.put_ledger(SPOOL, HOUR, 1001, ids(clicks))
    sentence = (
        rf"^2 of 40 acknowledged clicks are not in the lake \[spool={SPOOL}, first missing=1018\]: 5 % where max_"
    )
    with pytest.raises(DataRejected, match=sentence):
        reconcile(place)


@pytest.mark.parametrize(("kept", "missing"), [((1, 10), 1), ((0, 9), 10)])
def test_a_number_missing_at_an_end_of_an_hour_is_noticed(place: Place, kept: tuple[int, int], missing: int) -> None:
    clicks = stored(SPOOL, 1, 10)
    place.put_clicks([*clicks[slice(*kept)], *stored(SPOOL, 11, 5)])
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    with pytest.raises(DataRejected, match=rf"^1 of 10 acknowledged .*first missing={missing}\]"):
        reconcile(place)


def test_a_ledger_over_an_empty_lake_says_that_everything_is_missing(place: Place) -> None:
    place.put_ledger(SPOOL, HOUR, 5, ["e5", "e6"])
    with pytest.raises(DataRejected, match=rf"^2 of 2 acknowledged .*\[spool={SPOOL}, first missing=5\]: 100 %"):
        reconcile(place)


def test_missing_clicks_up_to_the_bound_are_only_warned_of(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    clicks = stored(SPOOL, 1, 100)
    place.put_clicks(clicks[1:])
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    counts = reconcile(place, max_missing_clicks_share="0.01")
    assert counts == LedgerCounts(spools=1, hours=1, acknowledged=100, found=99, missing=1)
    assert (
        f"1 of 100 acknowledged clicks are not in the lake [spool={SPOOL}, first missing=1]" in capsys.readouterr().err
    )
    with pytest.raises(DataRejected, match=r"1 % where max_missing_clicks_share allows 0\.99 %"):
        reconcile(place, max_missing_clicks_share="0.0099")


def test_all_numbers_with_another_click_among_them_are_rejected_by_the_digest(place: Place) -> None:
    clicks = stored(SPOOL, 1, 10)
    place.put_clicks([*clicks[:4], {**clicks[4], "event_id": "another"}, *clicks[5:]])
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    sentence = rf"^1 of 1 ledger hours .* \[spool={SPOOL}, hour={HOUR}, digest={digest_of(ids(clicks))}\]"
    with pytest.raises(DataRejected, match=sentence):
        reconcile(place, max_missing_clicks_share="1")


def test_one_number_with_two_different_clicks_is_rejected_by_the_digest(place: Place) -> None:
    clicks = stored(SPOOL, 1, 10)
    place.put_clicks([*clicks, {**clicks[4], "event_id": "another"}])
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    with pytest.raises(DataRejected, match="all of their acknowledgement numbers in the lake but not the clicks"):
        reconcile(place)


def test_two_clicks_with_one_number_do_not_stand_in_for_a_number_that_is_missing(place: Place) -> None:
    clicks = stored(SPOOL, 1, 10)
    place.put_clicks([*clicks[:7], *clicks[8:], {**clicks[4], "event_id": "another"}])
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    with pytest.raises(DataRejected, match=r"^1 of 10 acknowledged .*first missing=8\]"):
        reconcile(place)


def test_an_hour_that_is_not_closed_is_warned_of_and_judged_on_what_it_says(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    clicks = stored(SPOOL, 1, 10)
    place.put_clicks(clicks)
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks[:8]), closed=False)
    assert reconcile(place) == LedgerCounts(spools=1, hours=1, acknowledged=8, found=8)
    assert "1 ledger hours of the run date are not closed" in capsys.readouterr().err
    place.put_ledger(SPOOL, HOUR, 1, [*ids(clicks), "e11"], closed=False)
    with pytest.raises(DataRejected, match=r"^1 of 11 acknowledged"):
        reconcile(place)


def test_only_hours_of_the_run_date_are_judged_and_numbers_outside_are_ignored(place: Place) -> None:
    yesterday = stored(SPOOL, 1, 10, at="2026-11-22T23:30:00.000Z")
    today, tomorrow = stored(SPOOL, 11, 10), stored(SPOOL, 21, 4, at="2026-11-24T00:10:00.000Z")
    place.put_clicks(yesterday[:3], day="2026-11-22", hour=23)
    place.put_clicks(today[:7])
    place.put_clicks([*today[7:], *tomorrow], day="2026-11-24", hour=0)
    place.put_ledger(SPOOL, "2026-11-22T23", 1, ids(yesterday), digest="0" * 16)
    place.put_ledger(SPOOL, HOUR, 11, ids(today))
    place.put_ledger(SPOOL, "2026-11-24T00", 21, ["lost", "lost too"], closed=False)
    assert reconcile(place) == LedgerCounts(spools=1, hours=1, acknowledged=10, found=10)


def test_clicks_of_a_spool_without_any_ledger_are_counted_and_warned_of(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    clicks = stored(SPOOL, 1, 10)
    late = stored(OTHER, 1, 6, prefix="x")
    yesterday = stored("old-1", 1, 3, at="2026-11-22T23:30:00.000Z", prefix="y")
    started_tomorrow = stored("new-1", 1, 3, prefix="z")
    place.put_clicks([*clicks, *late, *late[:2], *yesterday, *started_tomorrow])
    place.put_clicks(late, name="b.gz", hour=13)
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    place.put_ledger("new-1", "2026-11-24T00", 1, ids(started_tomorrow))
    assert reconcile(place) == LedgerCounts(spools=1, hours=1, acknowledged=10, found=10, unledgered=6)
    assert f"6 acknowledged clicks of the run date are of 1 spools without a ledger, such as {OTHER}" in (
        capsys.readouterr().err
    )


def test_a_channel_without_objects_knows_of_no_hour_and_every_acknowledgement_is_unledgered(place: Place) -> None:
    place.put_clicks(stored(SPOOL, 1, 10))
    place.ledger.mkdir(parents=True)
    assert reconcile(place) == LedgerCounts(unledgered=10)


def test_lines_without_ack_or_with_one_of_another_form_are_used_and_prove_nothing(place: Place) -> None:
    clicks = stored(SPOOL, 1, 5)
    odd = ["web1", f"{SPOOL}:", f"{SPOOL}:x", f"{SPOOL}:0", f"{SPOOL}:03", "two words:6", f"{SPOOL}:{10**30}", ""]
    others = [click(f"o{n}", "u1", "a1", "11:00:00", ack=ack) for n, ack in enumerate(odd)]
    place.put_clicks([*clicks, *others, click("plain", "u1", "a1", "11:00:00")])
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    assert reconcile(place) == LedgerCounts(spools=1, hours=1, acknowledged=5, found=5)
    _, counts, _ = read(place)
    assert (counts.malformed, counts.used) == (0, 5 + len(odd) + 1)


def test_a_spool_may_hold_colons_and_the_number_follows_the_last(place: Place) -> None:
    clicks = stored("web1:eu:9-1", 1, 5)
    place.put_clicks(clicks)
    place.put_ledger("web1:eu:9-1", HOUR, 1, ids(clicks))
    assert reconcile(place).found == 5


def test_ledgers_that_do_not_continue_one_another_are_warned_of(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    clicks = stored(SPOOL, 1, 30)
    place.put_clicks(clicks)
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks[:10]))
    place.put_ledger(SPOOL, f"{RUN_DATE}T12", 21, ids(clicks[20:]))
    assert reconcile(place).found == 20
    assert f"such as {SPOOL}: {HOUR} ends before number 11, {RUN_DATE}T12 begins with 21" in capsys.readouterr().err


@pytest.mark.parametrize("seed", range(12))
def test_whatever_was_lost_or_delivered_again_is_counted_as_a_plain_set_counts_it(place: Place, seed: int) -> None:
    random = np.random.default_rng(seed)
    acknowledged: set[tuple[str, int]] = set()
    lake: list[dict[str, Any]] = []
    for spool in (SPOOL, OTHER):
        first = int(random.integers(1, 50))
        for hour in range(0, 24, 6):
            clicks = stored(spool, first, int(random.integers(0, 30)), prefix=f"{spool}-")
            place.put_ledger(spool, f"{RUN_DATE}T{hour:02d}", first, ids(clicks))
            acknowledged |= {(spool, first + n) for n in range(len(clicks))}
            lake += [one for one in clicks for _ in range(int(random.integers(0, 4)))]
            first += len(clicks)
    place.put_clicks([*lake, *stored("web3-00000000", 1, 500, prefix="p")])
    found = acknowledged & {(spool, int(n)) for spool, _, n in (one["ack"].rpartition(":") for one in lake)}
    counts = reconcile(place, max_missing_clicks_share="1", max_duplicate_share="1")
    assert (counts.acknowledged, counts.found) == (len(acknowledged), len(found))
    assert (counts.missing, counts.unledgered) == (len(acknowledged - found), 500)
    with pytest.raises(DataRejected) as rejected:
        reconcile(place)
    spool, number = min(acknowledged - found)
    assert f"[spool={spool}, first missing={number}]" in str(rejected.value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": 2}, "its schema is 2, not 1"),
        ({"spool": "two words"}, "its spool is missing or malformed"),
        ({"hour": "2026-11-23"}, "its hour is missing or malformed"),
        ({"hour": "2026-11-23T24"}, "its hour is missing or malformed"),
        ({"hour": "2026-02-30T10"}, "day is out of range for month"),
        ({"digest": "9F"}, "its digest is missing or malformed"),
        ({"first": 0}, "its first is not a whole number from 1"),
        ({"count": True}, "its count is not a whole number from 0"),
        ({"count": None}, "its count is not a whole number from 0"),
        ({"closed": "yes"}, "its closed is neither true nor false"),
    ],
)
def test_an_object_that_is_no_ledger_is_rejected_by_its_key(place: Place, changes: dict[str, Any], reason: str) -> None:
    path = place.put_ledger(SPOOL, HOUR, 1, ["e1"])
    ledger = {"schema": 1, "spool": SPOOL, "hour": HOUR, "first": 1, "count": 1, "digest": "0" * 16, "closed": True}
    path.write_text(json.dumps({**ledger, **changes}))
    with pytest.raises(DataRejected, match=rf"^ledger/dt={RUN_DATE}/hr=10/{SPOOL}\.json is not a ledger .*{reason}"):
        reconcile(place)


def test_a_ledger_under_the_key_of_another_is_rejected(place: Place) -> None:
    path = place.put_ledger(SPOOL, HOUR, 1, ["e1"])
    path.rename(path.with_name(f"{OTHER}.json"))
    with pytest.raises(DataRejected, match=f"holds the ledger of {HOUR} of {SPOOL}"):
        reconcile(place)


def test_a_training_says_what_it_reconciled_and_leaves_it_in_the_metrics(place: Place) -> None:
    clicks = [
        {**one, "occurred_at": f"{RUN_DATE}T{n % 24:02d}:00:00.000Z"} for n, one in enumerate(stored(SPOOL, 1, 90))
    ]
    place.put_clicks(clicks)
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    result = place.run()
    assert result.returncode == 0, result.stderr
    assert "ledger acknowledged=90 found=90\n" in result.stdout
    assert place.json("metrics.json")["ledger"] == {
        **{"spools": 1, "hours": 1, "acknowledged": 90, "found": 90},
        **{"missing": 0, "unledgered": 0, "digestMismatches": 0},
    }


def test_a_training_on_a_lake_that_lost_a_click_ends_with_exit_code_2_before_it_fits(place: Place) -> None:
    clicks = stored(SPOOL, 1, 40)
    place.put(gzip.compress(lines(clicks[:20])) + gzip.compress(lines(clicks[21:])))
    place.put_ledger(SPOOL, HOUR, 1, ids(clicks))
    result = place.run()
    assert result.returncode == 2
    assert "phase=" not in result.stdout
    sentence = f"DataRejected: 1 of 40 acknowledged clicks are not in the lake [spool={SPOOL}, first missing=21]"
    assert place.failure().startswith(sentence)
    assert not (place.model / "manifest.json").exists()

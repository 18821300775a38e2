"""Reading one object of the lake: which lines count, and as what."""

import gzip
import json
from pathlib import Path

import pytest

from frontpage_trainer import lake_objects
from frontpage_trainer.click_lines import parse_clicks
from frontpage_trainer.errors import DataRejected
from frontpage_trainer.lake_objects import unpack

from .support import click, lines

GOOD = [click("e1", "u1", "a1", "10:00:00", section="sport"), click("e2", "u2", "a2", "10:00:01")]
HEARTBEAT = b'{"heartbeat_at":"2026-11-23T10:00:00.000Z","collector":"c1"}\n'


def ids(content: bytes) -> list[str]:
    return parse_clicks(content).clicks["event_id"].to_list()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lines(GOOD), id="one line each"),
        pytest.param(b"\n\n" + lines(GOOD).replace(b"\n", b"\n \n") + b"\r\n", id="blank lines"),
        pytest.param(lines(GOOD).replace(b"\n", b""), id="no newline between records"),
        pytest.param(lines(GOOD).replace(b'":"', b'": "'), id="spaces after colons"),
        pytest.param(lines([{**one, "campaign": {"id": 7}, "tags": [1]} for one in GOOD]), id="unknown fields"),
        pytest.param(lines([{**one, "referrer": 'a}{b "user_id":"x"'} for one in GOOD]), id="braces within a string"),
    ],
)
def test_clicks_are_read_however_their_lines_are_laid_out(content: bytes) -> None:
    parsed = parse_clicks(content)
    assert parsed.clicks.drop("at", "ack").rows() == [("e1", "u1", "a1", "sport"), ("e2", "u2", "a2", None)]
    assert [at.isoformat() for at in parsed.clicks["at"]] == ["2026-11-23T10:00:00+00:00", "2026-11-23T10:00:01+00:00"]
    assert (parsed.lines, parsed.heartbeats, parsed.malformed) == (2, 0, 0)


def test_heartbeats_are_counted_and_are_no_clicks() -> None:
    parsed = parse_clicks(HEARTBEAT + lines(GOOD) + HEARTBEAT)
    assert (parsed.lines, parsed.heartbeats, parsed.malformed, parsed.clicks.height) == (4, 2, 0, 2)


@pytest.mark.parametrize(
    "line",
    [
        b'{"event_id":"e9","user_id":"u',
        b"not json",
        b"5",
        b"[1]",
        b"{}",
        b'"\xff"',
        json.dumps({**GOOD[0], "user_id": 5}).encode(),
        json.dumps({**GOOD[0], "user_id": "two words"}).encode(),
        json.dumps({**GOOD[0], "user_id": ""}).encode(),
        json.dumps({**GOOD[0], "article_id": "a" * 65}).encode(),
        json.dumps({**GOOD[0], "article_id": "\ud800"}).encode(),
        *(json.dumps({**GOOD[0], name: None}).encode() for name in GOOD[1]),
        json.dumps({**GOOD[0], "occurred_at": "2026-11-23 10:00:00"}).encode(),
        json.dumps({**GOOD[0], "occurred_at": "2026-02-30T10:00:00.000Z"}).encode(),
        json.dumps({**GOOD[0], "occurred_at": "2026-11-23T10:00:60.000Z"}).encode(),
    ],
)
def test_a_line_that_is_no_click_is_counted_as_malformed_and_the_others_are_kept(line: bytes) -> None:
    parsed = parse_clicks(lines(GOOD[:1]) + line + b"\n" + lines(GOOD[1:]) + HEARTBEAT)
    assert parsed.clicks["event_id"].to_list() == ["e1", "e2"]
    assert (parsed.lines, parsed.heartbeats, parsed.malformed) == (4, 1, 1)


def test_a_torn_last_line_costs_only_itself() -> None:
    parsed = parse_clicks(lines(GOOD) + b'{"event_id":"e3","us')
    assert (parsed.clicks.height, parsed.lines, parsed.malformed) == (2, 3, 1)


def test_a_section_that_is_no_section_name_is_unknown_and_the_click_stays() -> None:
    parsed = parse_clicks(lines([click("e1", "u1", "a1", "10:00:00", section="World News")]))
    assert parsed.clicks["section"].to_list() == [None]
    assert parsed.malformed == 0


@pytest.mark.parametrize("more", [b"", b"torn"], ids=["fast", "careful"])
def test_the_ack_of_a_stored_click_is_kept_and_a_line_without_one_has_none(more: bytes) -> None:
    parsed = parse_clicks(lines([{**GOOD[0], "ack": "web1-3f9a1c2e:7"}, GOOD[1], {**GOOD[1], "ack": 7}]) + more)
    assert parsed.clicks["ack"].to_list() == ["web1-3f9a1c2e:7", None, None]
    assert parsed.malformed == len(more) / 4


def test_several_gzip_members_and_plain_text_are_read_whole(tmp_path: Path) -> None:
    members = tmp_path / "members.gz"
    members.write_bytes(gzip.compress(lines(GOOD[:1])) + gzip.compress(b"") + gzip.compress(lines(GOOD[1:])))
    plain = tmp_path / "plain.gz"
    plain.write_bytes(lines(GOOD))
    for path in (members, plain):
        unpacked = unpack(path.name, path)
        assert ids(unpacked.content) == ["e1", "e2"]
        assert not unpacked.damaged


def test_what_comes_before_a_damage_in_a_gzip_object_is_salvaged_and_the_damage_is_counted(tmp_path: Path) -> None:
    many = [click(f"e{number}", f"u{number * 7919 % 9973}", "a1", "10:00:00") for number in range(2000)]
    path = tmp_path / "torn.gz"
    path.write_bytes(gzip.compress(lines(GOOD)) + gzip.compress(lines(many))[:-500])
    unpacked = unpack("torn.gz", path)
    parsed = parse_clicks(unpacked.content, damaged=unpacked.damaged)
    assert unpacked.damaged
    assert 1000 < parsed.clicks.height < 2002
    assert parsed.malformed == 1
    assert parsed.clicks["event_id"].to_list()[:3] == ["e1", "e2", "e0"]


def test_a_flipped_bit_anywhere_in_an_object_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    whole = gzip.compress(lines(GOOD * 20))
    path = tmp_path / "flipped.gz"
    noticed = 0
    for place in range(2, len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            unpacked = unpack("flipped.gz", path)
        except DataRejected:
            noticed += 1
        else:
            noticed += unpacked.damaged
            assert unpacked.damaged or unpacked.content == lines(GOOD * 20)
    # What is left are the time stamp and such in the header.
    assert noticed >= len(whole) - 10


def test_an_object_of_which_nothing_can_be_unpacked_is_rejected_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "broken.gz"
    path.write_bytes(b"\x1f\x8b" + b"\x00" * 50)
    with pytest.raises(DataRejected, match=r"^clicks/broken\.gz cannot be unpacked"):
        unpack("clicks/broken.gz", path)


@pytest.mark.parametrize("torn", [False, True], ids=["whole", "torn"])
def test_an_object_that_unpacks_to_more_than_the_delivery_writes_is_rejected_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn: bool
) -> None:
    monkeypatch.setattr(lake_objects, "MAX_UNPACKED_BYTES", 1_000_000)
    path = tmp_path / "bomb.gz"
    for size, rejected in ((1_000_000, False), (1_000_001, True), (50_000_000, True)):
        packed = gzip.compress(b"\n" * size)
        path.write_bytes(packed[: len(packed) - 9] if torn else packed)
        if rejected:
            with pytest.raises(DataRejected, match=r"^clicks/bomb\.gz unpacks to more than 1000000 bytes"):
                unpack("clicks/bomb.gz", path)
        else:
            assert unpack("clicks/bomb.gz", path).damaged == torn

"""Taking polars' answer only where nothing but strings can be in the text."""

import json

import numpy as np
import pytest

from frontpage_trainer import plain_text
from frontpage_trainer.click_lines import parse_clicks
from frontpage_trainer.plain_text import holds_strings_only

from .support import click, lines

GOOD = [click("e1", "u1", "a1", "10:00:00", section="sport"), click("e2", "u2", "a2", "10:00:01")]


def test_what_the_collector_writes_is_shown_to_hold_strings_only() -> None:
    assert holds_strings_only(lines(GOOD))
    assert holds_strings_only(b"")


@pytest.mark.parametrize("value", [5, -1.5e3, True, None, {"a": "b"}, {}, ["a", "b"], []])
@pytest.mark.parametrize("spaces", [(",", ":"), (", ", ": "), (" ,", " :"), (",", ":  ")])
def test_no_text_with_another_value_passes_as_strings_only(value: object, spaces: tuple[str, str]) -> None:
    text = json.dumps({**GOOD[0], "more": value, "last": "z"}, separators=spaces).encode()
    assert not holds_strings_only(text)
    assert not holds_strings_only(lines(GOOD) + text + b"\n" + lines(GOOD))


def test_escaped_quotes_cannot_make_up_for_the_quotes_that_other_values_lack() -> None:
    text = b'{"p":"x\\":","q":"x\\":","a":5,"b":6,"user_id":7}'
    assert json.loads(text)["user_id"] == 7
    assert text.count(b'"') == 4 * text.count(b'":"')
    assert not holds_strings_only(text)


def test_values_at_the_edge_of_two_pieces_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_text, "_PIECE", 16)
    for width in range(40):
        padding = lines([{"pad": "x" * width}])
        assert holds_strings_only(padding + lines(GOOD))
        assert not holds_strings_only(padding + lines([{**GOOD[0], "more": 5}]))


def test_whatever_values_a_text_holds_it_passes_only_if_all_are_strings() -> None:
    random = np.random.default_rng(1)
    values = ["s", "", "a:b", ":", '":"', 1, None, [], ["x"], {"k": "v"}]
    for _ in range(2000):
        picked = [values[number] for number in random.integers(len(values), size=3)]
        text = json.dumps({f"k{number}": value for number, value in enumerate(picked)}, separators=(",", ":"))
        assert not holds_strings_only(text.encode()) or all(isinstance(value, str) for value in picked), text


@pytest.mark.parametrize("more", [b"", b"torn"], ids=["fast", "careful"])
def test_of_a_field_that_a_line_names_twice_the_first_counts(more: bytes) -> None:
    line = (
        b'{"event_id":"e1","user_id":"u1","user_id":"u2","article_id":"a","occurred_at":"2026-11-23T10:00:00.000Z"}\n'
    )
    parsed = parse_clicks(line + more)
    assert parsed.clicks["user_id"].to_list() == ["u1"]


def test_numbers_for_ids_are_malformed_among_lines_with_values_of_other_kinds() -> None:
    parsed = parse_clicks(lines([{**GOOD[0], "more": 1.5}, {**GOOD[1], "user_id": 7}]))
    assert (parsed.clicks["event_id"].to_list(), parsed.malformed) == (["e1"], 1)

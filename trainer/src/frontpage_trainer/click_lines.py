"""The clicks of one object: NDJSON as Firehose leaves it, with blank lines, `}{` without a newline and torn ends.

Almost every object is clean and goes through polars at several hundred megabytes a second. Polars is forgiving where
the format is not (a number passes as a string) and gives up where we do not (one torn line), so its answer is only
taken when it can be shown to be the strict one; every other object is read line by line.
"""

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from .alphabet import Alphabet
from .event_time import event_times
from .plain_text import holds_strings_only

_FIELDS = ("event_id", "user_id", "article_id", "occurred_at", "section", "ack", "heartbeat_at")
_SCHEMA = dict.fromkeys(_FIELDS, pl.String)
_IDS = ("event_id", "user_id", "article_id")
_ID = Alphabet("A-Za-z0-9_.:-", longest=64)
_SECTION = Alphabet("a-z0-9-", longest=32)


@dataclass(frozen=True)
class ParsedClicks:
    """`clicks`: event_id, user_id, article_id, at (datetime[ms, UTC]), section (null when unknown or not a section
    name), ack (as it stands, null when the line has none), in the order of the object. `lines` counts every record,
    blank lines excepted: clicks + heartbeats + malformed."""

    clicks: pl.DataFrame
    lines: int
    heartbeats: int
    malformed: int


def parse_clicks(content: bytes, *, damaged: bool = False) -> ParsedClicks:
    """Reads one unpacked object. `damaged`: its end is missing, which counts as at least one malformed line."""
    rows, torn = _read_fast(content) or _read_carefully(content)
    if damaged:
        torn = max(1, torn)
    beats = pl.col("heartbeat_at").is_not_null()
    heartbeats = rows.select(beats.sum()).item()
    clicks = _valid_clicks(rows.filter(~beats))
    malformed = torn + rows.height - heartbeats - clicks.height
    return ParsedClicks(clicks, rows.height + torn, heartbeats, malformed)


def _valid_clicks(rows: pl.DataFrame) -> pl.DataFrame:
    rows = rows.with_columns(event_times(rows["occurred_at"]).alias("at"))
    if not _SECTION.has_all(rows["section"]):
        rows = rows.with_columns(pl.when(_SECTION.has("section")).then("section"))
    needed = rows.select(*_IDS, "at")
    if any(column.has_nulls() for column in needed) or not all(_ID.has_all(needed[name]) for name in _IDS):
        rows = rows.filter(*map(_ID.has, _IDS), pl.col("at").is_not_null())
    return rows.select(*_IDS, "at", "section", "ack")


def _read_fast(content: bytes) -> tuple[pl.DataFrame, int] | None:
    """All rows and no torn line, or `None` when the object needs the careful reader."""
    rows = _read_lines(content)
    if rows is None:
        rows = _read_lines(content.replace(b"}{", b"}\n{"))
    if rows is None or not (holds_strings_only(content) or _fields_are_strings(content, rows)):
        return None
    return rows, 0


def _read_lines(content: bytes) -> pl.DataFrame | None:
    try:
        return pl.read_ndjson(content, schema=_SCHEMA)
    except pl.exceptions.PolarsError:
        return None


def _fields_are_strings(content: bytes, rows: pl.DataFrame) -> bool:
    """For text that holds other values as well: each of our own fields is a string wherever it is anything."""
    for name in _FIELDS:
        strings = content.count(b'"%s":"' % name.encode()) + content.count(b'"%s": "' % name.encode())
        if strings != rows.height - rows[name].null_count():
            return False
    return True


def _read_carefully(content: bytes) -> tuple[pl.DataFrame, int]:
    """Rows and number of malformed lines. A record that breaks off spoils only the rest of its line."""
    decoder = json.JSONDecoder(object_pairs_hook=_first_of_each)
    rows: list[dict[str, str | None]] = []
    malformed = 0
    for line in content.split(b"\n"):
        text = line.decode("utf-8", errors="replace").strip()
        position = 0
        while position < len(text):
            try:
                value, position = decoder.raw_decode(text, position)
            except (ValueError, RecursionError):
                malformed += 1
                break
            if isinstance(value, dict):
                rows.append({name: _ascii(value.get(name)) for name in _FIELDS})
            else:
                malformed += 1
            while position < len(text) and text[position].isspace():
                position += 1
    return pl.DataFrame(rows, schema=_SCHEMA), malformed


def _first_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """As polars has it when a line names a field twice."""
    return dict(reversed(pairs))


def _ascii(value: Any) -> str | None:
    """Every field that is kept has an alphabet within ASCII; what is no string of it is as good as missing."""
    return value if isinstance(value, str) and value.isascii() else None

"""The clicks of one object: NDJSON as Firehose leaves it, with blank lines, `}{` without a newline and torn ends.

Almost every object is clean and goes through polars at several hundred megabytes a second. Polars is forgiving where
the format is not (a number passes as a string) and gives up where we do not (one torn line), so its answer is only
taken when it can be shown to be the strict one; every other object is read line by line.
"""

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

_FIELDS = ("event_id", "user_id", "article_id", "occurred_at", "section", "ack", "heartbeat_at")
_SCHEMA = dict.fromkeys(_FIELDS, pl.String)
_ID = r"^[A-Za-z0-9_.:-]{1,64}$"
_SECTION = r"^[a-z0-9-]{1,32}$"
_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d(\.\d{1,3})?Z$"


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
    at = pl.col("occurred_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", strict=False, time_unit="ms", time_zone="UTC")
    section = pl.when(pl.col("section").str.contains(_SECTION)).then(pl.col("section"))
    ids = [pl.col(name).str.contains(_ID) for name in ("event_id", "user_id", "article_id")]
    valid = rows.with_columns(at.alias("at"), section.alias("section")).filter(
        *ids, pl.col("occurred_at").str.contains(_TIME), pl.col("at").is_not_null()
    )
    return valid.select("event_id", "user_id", "article_id", "at", "section", "ack")


def _read_fast(content: bytes) -> tuple[pl.DataFrame, int] | None:
    """All rows and no torn line, or `None` when the object needs the careful reader."""
    text = content.replace(b"}{", b"}\n{")
    try:
        rows = pl.read_ndjson(text, schema=_SCHEMA)
    except pl.exceptions.PolarsError:
        return None
    for name in _FIELDS:
        strings = text.count(b'"%s":"' % name.encode()) + text.count(b'"%s": "' % name.encode())
        if strings != rows.height - rows[name].null_count():
            return None
    return rows, 0


def _read_carefully(content: bytes) -> tuple[pl.DataFrame, int]:
    """Rows and number of malformed lines. A record that breaks off spoils only the rest of its line."""
    decoder = json.JSONDecoder()
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


def _ascii(value: Any) -> str | None:
    """Every field that is kept has an alphabet within ASCII; what is no string of it is as good as missing."""
    return value if isinstance(value, str) and value.isascii() else None

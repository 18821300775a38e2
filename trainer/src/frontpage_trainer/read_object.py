"""One object of the clicks channel, from its bytes to numbers: the part of reading that runs on all cores."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from .click_lines import parse_clicks
from .clock import HOUR_MS
from .codes import Names, hashed
from .lake_objects import unpack


@dataclass(frozen=True)
class ReadObject:
    """`clicks`: event, user_id, article_id, section (as hashes), at_ms, in the order of the object. `acks`: event_id,
    at and ack of the same clicks. The counts are those of `ParsedClicks`; `future` are clicks that occurred more than
    an hour after the end of the run date."""

    clicks: pl.DataFrame
    acks: pl.DataFrame | None
    lines: int
    heartbeats: int
    malformed: int
    future: int
    damaged: bool


def read_object(found: tuple[str, Path], names: Names, *, end_ms: int, with_acks: bool) -> ReadObject:
    """`found`: key and path; `names` keep its ids. An event is its hash alone: among a hundred million of them two fall
    together once in some thousand days, which would be one click less."""
    unpacked = unpack(*found)
    parsed = parse_clicks(unpacked.content, damaged=unpacked.damaged)
    at_ms = pl.col("at").dt.epoch("ms").alias("at_ms")
    event = hashed("event_id").alias("event")
    clicks = names.encode(parsed.clicks.select(event, "user_id", "article_id", "section", at_ms))
    return ReadObject(
        clicks=clicks,
        acks=parsed.clicks.select("event_id", "at", "ack") if with_acks else None,
        lines=parsed.lines,
        heartbeats=parsed.heartbeats,
        malformed=parsed.malformed,
        future=clicks.select((pl.col("at_ms") > end_ms + HOUR_MS).sum()).item(),
        damaged=unpacked.damaged,
    )

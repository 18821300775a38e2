"""What reading costs: the reading stage of a run with 1, 7 and 30 days of history, all of it as raw clicks (a first
run) and all of it as interactions (later runs). The run date is always raw, and reconciled with a ledger. Made-up
clicks from a seeded generator, 100,000 a day. Prints one JSON object; run with the trainer's Python."""

import argparse
import contextlib
import gzip
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import frontpage_trainer  # noqa: F401 - sets the threads of BLAS before numpy is loaded
import numpy as np
import polars as pl
from frontpage_trainer.hyperparameters import parse_hyperparameters
from frontpage_trainer.interactions import to_parquet
from frontpage_trainer.ledger import digest_heads, read_ledger
from frontpage_trainer.window import read_window

RUN_DATE = date(2026, 11, 23)
HISTORIES = (1, 7, 30)
REPETITIONS = 3
SPOOL = "bench-00000001"
READERS, ARTICLES = 40_000, 3_000


def make_day(lake: Path, day: date, clicks: int) -> None:
    """24 objects of a day's clicks, as the collector stores and Firehose delivers them, and the day's ledger."""
    random = np.random.default_rng([42, day.toordinal()])
    at = np.sort(random.integers(86_400_000, size=clicks))
    hours = at // 3_600_000
    article = (ARTICLES * random.random(clicks) ** 3).astype(np.int64)
    midnight = pl.lit(day).cast(pl.Datetime("ms"))
    rows = pl.DataFrame(
        {
            "number": np.arange(1, clicks + 1),
            "head": random.integers(2**63, size=clicks),
            "reader": random.integers(READERS, size=clicks),
            "article": article,
            "at": at,
        }
    ).select(
        pl.format("{}-{}", pl.lit(day.isoformat()), "head").alias("event_id"),
        pl.format("reader-{}", "reader").alias("user_id"),
        pl.format("article-{}", "article").alias("article_id"),
        (midnight + pl.duration(milliseconds="at")).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("occurred_at"),
        pl.format("section-{}", pl.col("article") % 12).alias("section"),
        pl.format(SPOOL + "-{}:{}", pl.lit(day.isoformat()), "number").alias("ack"),
    )
    for hour in range(24):
        first, end = np.searchsorted(hours, [hour, hour + 1])
        part = rows[int(first) : int(end)]
        folder = f"dt={day}/hr={hour:02d}"
        write(lake / f"clicks/{folder}/bench.gz", gzip.compress(part.write_ndjson().encode(), compresslevel=1, mtime=0))
        digest = sum(map(int, digest_heads(part["event_id"].to_list()))) % 2**64
        ledger = {"schema": 1, "spool": f"{SPOOL}-{day}", "hour": f"{day}T{hour:02d}", "first": int(first) + 1}
        ledger |= {"count": part.height, "digest": f"{digest:016x}", "closed": True}
        write(lake / f"ledger/{folder}/{ledger['spool']}.json", json.dumps(ledger).encode())


def write(path: Path, content: bytes) -> None:
    """With the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def channels(root: Path, lake: Path, raw: list[date], compacted: list[date]) -> Path:
    """The channels of one run: links into the lake."""
    for kind, days in (("clicks", [*raw, RUN_DATE]), ("ledger", [RUN_DATE]), ("interactions", compacted)):
        (root / kind / kind).mkdir(parents=True)
        for day in days:
            for found in (lake / kind / f"dt={day}").rglob("*.*"):
                link = root / kind / kind / found.relative_to(lake / kind)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(found)
    return root


def read(root: Path, history: int, keep: dict[date, pl.DataFrame]) -> tuple[float, int]:
    """Seconds of the reading stage, and clicks that it used."""
    parameters = parse_hyperparameters(
        {
            "run_date": RUN_DATE.isoformat(),
            "version": f"{RUN_DATE}.01",
            "scope": "bench",
            "expires_at": "1",
            "history_days": str(history),
        }
    )
    started = time.perf_counter()
    ledger = read_ledger(root / "ledger", RUN_DATE)
    _, counts = read_window(root / "clicks", root / "interactions", ledger, parameters, keep.__setitem__, lambda: None)
    seconds = time.perf_counter() - started
    if ledger is None or ledger.counts.found == 0 or ledger.counts.missing or counts.malformed or counts.inhuman:
        raise SystemExit(f"the bench made clicks that are not clean: {counts}")
    return seconds, counts.used


def measure(folder: Path, clicks: int) -> dict[str, object]:
    """Everything that is printed."""
    lake = folder / "lake"
    days = [RUN_DATE - timedelta(days=back) for back in range(max(HISTORIES), -1, -1)]
    started = time.perf_counter()
    for day in days:
        make_day(lake, day, clicks)
    making = time.perf_counter() - started
    kept: dict[date, pl.DataFrame] = {}
    read(channels(folder / "first", lake, days[:-1], []), max(HISTORIES), kept)
    for day in days[:-1]:
        write(lake / f"interactions/dt={day}/interactions.parquet", to_parquet(kept[day]))
    runs = {
        (history, kind): channels(
            folder / f"{kind}-{history}",
            lake,
            days[-history - 1 : -1] if kind == "raw" else [],
            days[-history - 1 : -1] if kind == "interactions" else [],
        )
        for history in HISTORIES
        for kind in ("raw", "interactions")
    }
    seconds: dict[tuple[int, str], list[float]] = {run: [] for run in runs}
    used: dict[tuple[int, str], int] = {}
    # Round by round: what else the machine does at a time then falls on all of them alike.
    for _ in range(REPETITIONS):
        for (history, kind), root in runs.items():
            elapsed, used[history, kind] = read(root, history, {})
            seconds[history, kind].append(elapsed)
    medians = {run: statistics.median(times) for run, times in seconds.items()}
    results = [
        {
            "historyDays": history,
            "clicks": used[history, "raw"],
            "rawSeconds": round(medians[history, "raw"], 3),
            "interactionsSeconds": round(medians[history, "interactions"], 3),
            "ratio": round(medians[history, "raw"] / medians[history, "interactions"], 2),
        }
        for history in HISTORIES
    ]
    shortest, longest = HISTORIES[0], HISTORIES[-1]
    return {
        "clicksPerDay": clicks,
        "repetitions": REPETITIONS,
        "runs": results,
        "rawGrowth": round(medians[longest, "raw"] / medians[shortest, "raw"], 2),
        "interactionsGrowth": round(medians[longest, "interactions"] / medians[shortest, "interactions"], 2),
        "rawSecondsPerDay": round((medians[longest, "raw"] - medians[shortest, "raw"]) / (longest - shortest), 4),
        "interactionsSecondsPerDay": round(
            (medians[longest, "interactions"] - medians[shortest, "interactions"]) / (longest - shortest), 4
        ),
        "makingSeconds": round(making, 1),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "polars": pl.__version__,
    }


def main() -> None:
    """Standard output has the result and nothing else."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clicks-per-day", type=int, default=100_000)
    clicks = arguments.parse_args().clicks_per_day
    with tempfile.TemporaryDirectory(prefix="frontpage-parse-cost-") as folder:
        with contextlib.redirect_stdout(sys.stderr):
            result = measure(Path(folder), clicks)
        print(json.dumps(result))


if __name__ == "__main__":
    main()

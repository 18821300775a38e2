"""Made-up input of one training job, in the form of the lake: a day of raw clicks as Firehose leaves them, and the days
before it as interactions. Readers prefer one of twenty topics; articles are zipf within each. About one click in
fifty is there twice, some objects lack newlines between records or have two gzip members, all have heartbeats."""

import gzip
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from frontpage_trainer.interactions import SCHEMA, to_parquet
from numpy.typing import NDArray

from train.sizes import RUN_DATE, Sizes

DAY_MS = 86_400_000
_TOPICS = 20
_TASTE = 0.6
_LINES_PER_OBJECT = 100_000
_JOINED_EVERY = 500


def make(root: Path, sizes: Sizes, hyperparameters: dict[str, str]) -> list[str]:
    """Fills an OPT_ML folder. Returns the keys of the objects in which records follow each other without a newline."""
    write(root / "input/config/hyperparameters.json", json.dumps(hyperparameters).encode())
    weights = _Weights(sizes)
    for back in range(sizes.history_days, 0, -1):
        day = RUN_DATE - timedelta(days=back)
        path = root / f"input/data/interactions/interactions/dt={day}/interactions.parquet"
        write(path, to_parquet(_interactions(weights, day)))
    objects = max(24, sizes.clicks // _LINES_PER_OBJECT)
    clicks = root / "input/data/clicks"
    with ThreadPoolExecutor(max_workers=2) as pool:
        keys = pool.map(lambda number: _write_object(clicks, weights, number, objects), range(objects))
        return [key for key in keys if key.endswith("-joined.gz")]


def write(path: Path, content: bytes) -> None:
    """With the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


class _Weights:
    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self._all = _zipf(sizes.articles)
        self._own = _zipf(max(1, sizes.articles // _TOPICS))

    def draw(self, count: int, *seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """A reader and an article for each of so many clicks."""
        random = np.random.default_rng([self.sizes.seed, *seed])
        reader = (self.sizes.readers * random.random(count) ** 1.5).astype(np.int64)
        at_random = np.searchsorted(self._all, random.random(count))
        own = np.searchsorted(self._own, random.random(count)) * _TOPICS + reader % _TOPICS
        return reader, np.where(random.random(count) < _TASTE, own, at_random)


def _zipf(count: int) -> NDArray[np.float64]:
    heights = 1 / np.arange(1, count + 1) ** 0.9
    sums = np.cumsum(heights) / heights.sum()
    sums[-1] = 1.0
    return sums


def _rows(reader: NDArray[np.int64], article: NDArray[np.int64]) -> list[pl.Series]:
    # An odd factor is a bijection: ids are distinct, and in no order.
    mixed = (reader.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)).view(np.int64)
    users = pl.Series("user", mixed).reinterpret(signed=False)
    names = pl.DataFrame({"user": users, "article": article}).select(
        pl.format("r-{}", "user").alias("user_id"),
        pl.format("article-{}", "article").alias("article_id"),
        pl.format("section-{}", pl.col("article") % _TOPICS).alias("section"),
    )
    return names.get_columns()


def _interactions(weights: _Weights, day: date) -> pl.DataFrame:
    reader, article = weights.draw(weights.sizes.history_clicks // weights.sizes.history_days, day.toordinal())
    pairs, counts = np.unique(reader * weights.sizes.articles + article, return_counts=True)
    user_id, article_id, section = _rows(*np.divmod(pairs, weights.sizes.articles))
    at = np.random.default_rng([weights.sizes.seed, day.toordinal(), 1]).integers(DAY_MS, size=pairs.size)
    moment = pl.lit(day).cast(pl.Datetime("ms", "UTC")) + pl.duration(milliseconds="at")
    frame = pl.DataFrame([user_id, article_id, section, pl.Series("at", at), pl.Series("clicks", counts)])
    frame = frame.with_columns(moment.alias("last_at"), moment.alias("first_at"))
    return frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()).sort("user_id", "article_id")


def _write_object(folder: Path, weights: _Weights, number: int, objects: int) -> str:
    """The clicks of one part of the day, some of them twice, and some of the part before once more."""
    lines = _lines(weights, number, objects)
    few = lines.len() // 100
    before = _lines(weights, number - 1, objects, few) if number else lines.clear()
    beat = pl.Series([f'{{"heartbeat_at":"{RUN_DATE}T00:00:00.000Z","collector":"web1"}}'])
    found = pl.concat([beat, before, lines, lines.sample(few, seed=number), beat])
    joined = number % 10 == 3
    if joined:
        records = [found[start : start + _JOINED_EVERY] for start in range(0, found.len(), _JOINED_EVERY)]
        content = "".join(record.str.join("\n").item() for record in records)
    else:
        content = found.str.join("\n").item() + "\n"
    packed = _members(content.encode(), 2 if number % 10 == 7 else 1)
    hour = number * 24 // objects
    key = f"clicks/dt={RUN_DATE}/hr={hour:02d}/clicks-1-{number:06d}{'-joined' if joined else ''}.gz"
    write(folder / key, packed)
    return key


def _members(content: bytes, count: int) -> bytes:
    edges = [len(content) * part // count for part in range(count + 1)]
    return b"".join(gzip.compress(content[a:b], compresslevel=1, mtime=0) for a, b in pairwise(edges))


def _lines(weights: _Weights, number: int, objects: int, most: int | None = None) -> pl.Series:
    first, end = (weights.sizes.clicks * edge // objects for edge in (number, number + 1))
    random = np.random.default_rng([weights.sizes.seed, number, 3])
    start_ms, end_ms = (DAY_MS * edge // objects for edge in (number, number + 1))
    at = np.sort(random.integers(start_ms, end_ms, size=end - first))
    events = pl.DataFrame(random.integers(2**63, size=(end - first, 2)), schema=["a", "b"])
    event_id = events.select(pl.format("{}-{}", "a", "b").alias("event_id")).to_series()
    user_id, article_id, section = _rows(*weights.draw(end - first, number, 4))
    frame = pl.DataFrame([event_id, user_id, article_id, section, pl.Series("at", at)])
    frame = frame if most is None else frame.head(most)
    moment = pl.lit(RUN_DATE).cast(pl.Datetime("ms")) + pl.duration(milliseconds="at")
    frame = frame.with_columns(
        moment.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias("occurred_at"),
        pl.format("s-{}", pl.col("user_id").hash() % 1_000_000_007).alias("session_id"),
        pl.lit("https://news.example/front").alias("referrer"),
        pl.format("web1-3f9a1c2e:{}", pl.int_range(first + 1, first + 1 + pl.len())).alias("ack"),
    )
    fields = ("event_id", "user_id", "article_id", "occurred_at", "section", "session_id", "referrer", "ack")
    return frame.select(pl.struct(fields).struct.json_encode()).to_series()


def main(root: str, sizes: str, hyperparameters: str) -> None:
    """Prints what `make` returns."""
    print(json.dumps(make(Path(root), Sizes(**json.loads(sizes)), json.loads(hyperparameters))))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The work of a training by the bare calls of its libraries: `python -m train.bare STEP ROOT KEYS`, one step in a
process, each printing one JSON object. ROOT is the OPT_ML folder of a job that has ended, KEYS a JSON list of objects
whose records follow each other without a newline. What later steps need lies below ROOT/bare."""

import gzip
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import polars as pl
from implicit.cpu.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy import sparse

HOUR_MS = 3_600_000
COLUMNS = dict.fromkeys(("event_id", "user_id", "article_id", "occurred_at", "section"), pl.String)
RECOMMENDED_READERS = 200_000
BATCH = 1000


def parse(root: Path, joined: list[str]) -> dict[str, float]:
    """Scan, de-duplicate, code, and make the matrix."""
    clicks = root / "input/data/clicks"
    history = sorted(root.glob("input/data/interactions/**/*.parquet"))
    whole = [path for path in sorted(clicks.rglob("*.gz")) if path.relative_to(clicks).as_posix() not in joined]
    started = now()
    parts = [pl.scan_ndjson(whole, schema=COLUMNS).drop_nulls("event_id").collect()]
    for key in joined:
        text = gzip.decompress((clicks / key).read_bytes()).replace(b"}{", b"}\n{")
        parts.append(pl.read_ndjson(text, schema=COLUMNS).drop_nulls("event_id"))
    rows = pl.concat(parts).unique(subset="event_id", keep="any")
    at = pl.col("occurred_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ms", time_zone="UTC")
    days = [pl.read_parquet(path, columns=["user_id", "article_id", "clicks", "last_at"]) for path in history]
    frame = pl.concat(
        [
            rows.select("user_id", "article_id", pl.lit(1, pl.UInt32).alias("clicks"), at.alias("last_at")),
            *(day.select("user_id", "article_id", "clicks", "last_at") for day in days),
        ]
    )
    ids = {name: frame[name].unique().sort() for name in ("user_id", "article_id")}
    user, article = (frame[name].cast(pl.Enum(known)).to_physical().to_numpy() for name, known in ids.items())
    matrix = sparse.csr_matrix((frame["clicks"].to_numpy().astype(np.float32), (user, article)))
    matrix.sum_duplicates()
    spent = since(started)
    (root / "bare").mkdir(exist_ok=True)
    at_ms = frame["last_at"].dt.epoch("ms").to_numpy()
    np.savez(root / "bare/rows.npz", user=user, article=article, at_ms=at_ms, clicks=frame["clicks"].to_numpy())
    for name, known in ids.items():
        known.to_frame().write_parquet(root / f"bare/{name}.parquet")
    return {**spent, "nonZeros": matrix.nnz, "sum": float(matrix.sum(dtype=np.float64))}


def fit(root: Path, _: list[str]) -> dict[str, float]:
    """The three fits of a training."""
    rows, options = np.load(root / "bare/rows.npz"), _hyperparameters(root)
    end_ms = run_end_ms(options)
    total = {"seconds": 0.0, "cpuSeconds": 0.0}
    for back in (12, 6, 0):
        confidence = _confidence(rows, end_ms - back * HOUR_MS)
        model = AlternatingLeastSquares(
            factors=int(options["factors"]),
            regularization=10.0,
            alpha=1.0,
            iterations=int(options["iterations"]),
            random_state=back,
        )
        started = now()
        model.fit(confidence, show_progress=False)
        total = {name: total[name] + value for name, value in since(started).items()}
    return total


def recommend(root: Path, _: list[str]) -> dict[str, float]:
    """Top lists from the job's own factors, and whether they are the ones that the job has written."""
    rows, options = np.load(root / "bare/rows.npz"), _hyperparameters(root)
    users = pl.read_parquet(root / "bare/user_id.parquet").to_series()
    articles = pl.read_parquet(root / "bare/article_id.parquet").to_series()
    model, confidence, candidates = _model(root, rows, run_end_ms(options))
    written = _written(root, shards=2)
    sample = users.is_in(list(written)).arg_true().to_numpy()
    rest = np.setdiff1d(np.random.default_rng(1).permutation(users.len())[:RECOMMENDED_READERS], sample)
    readers = np.concatenate([sample, rest])
    found: list[NDArray[np.int32]] = []
    started = now()
    for start in range(0, readers.size, BATCH):
        batch = readers[start : start + BATCH]
        ids, _ = model.recommend(batch, confidence[batch], N=20, filter_already_liked_items=True, items=candidates)
        found.append(ids)
    spent = since(started)
    place = {name: number for number, name in enumerate(articles)}
    lists = np.concatenate(found)[: sample.size]
    ours = np.array([[place[name] for name in written[user]] for user in users.gather(sample)])
    query, items = model.user_factors[sample].astype(float), model.item_factors.astype(float)
    scores = [np.einsum("rf,rlf->rl", query, items[some]) for some in (lists, ours)]
    differ = (lists != ours) & (np.abs(scores[0] - scores[1]) > 1e-4 * np.maximum(1.0, np.abs(scores[0])))
    same = int((lists == ours).all(axis=1).sum())
    return {**spent, "readers": readers.size, "compared": sample.size, "same": same, "differing": int(differ.sum())}


def write(root: Path, _: list[str]) -> dict[str, float]:
    """The text of all shards, compressed again and written."""
    texts = [gzip.decompress(path.read_bytes()) for path in sorted((root / "model/recommendations").iterdir())]
    target = root / "bare/shards"
    target.mkdir(exist_ok=True)

    def pack(number: int) -> None:
        (target / f"{number:05d}.json.gz").write_bytes(gzip.compress(texts[number], compresslevel=6, mtime=0))

    started = now()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(pack, range(len(texts))))
    return {**since(started), "bytes": sum(map(len, texts))}


def _model(
    root: Path, rows: dict[str, NDArray[np.generic]], end_ms: int
) -> tuple[AlternatingLeastSquares, sparse.csr_matrix, NDArray[np.intp]]:
    """Factors with one more column that holds the prior: the same scores as the trainer's, by another formula."""
    newest = max((root / "checkpoints").glob("state-*.npz"))
    with np.load(newest) as state:
        x, y = state["users"].astype(float), state["items"].astype(float)
    weight = json.loads((root / "model/metrics.json").read_text())["evaluation"]["priorWeight"]
    folded = _folded(rows, end_ms)
    article, at_ms = (folded[name].to_numpy() for name in ("article", "at_ms"))
    recent, popular = (at_ms >= end_ms - hours * HOUR_MS for hours in (48, 3))
    candidates = np.unique(article[recent])
    clicks = folded["clicks"].to_numpy()
    counts = np.bincount(article[popular], weights=clicks[popular], minlength=len(y))[candidates]
    logs = np.log1p(counts)
    prior = np.zeros(len(y))
    prior[candidates] = (logs - logs.mean()) / logs.std()
    centred = y - y[candidates].mean(axis=0)
    taste = (part @ centred[candidates].T for part in np.array_split(x, len(x) // 1000 + 1))
    spread = np.concatenate([part.std(axis=1) for part in taste])
    spread[spread < 1e-12] = 1.0
    model = AlternatingLeastSquares(factors=y.shape[1] + 1)
    model.user_factors = np.hstack([x / spread[:, None], np.full((len(x), 1), weight)]).astype(np.float32)
    model.item_factors = np.hstack([centred, prior[:, None]]).astype(np.float32)
    return model, _confidence(rows, end_ms), candidates


def _folded(rows: dict[str, NDArray[np.generic]], end_ms: int) -> pl.DataFrame:
    """A reader's clicks on an article count as one at the last one's time, in each day and slice of the run date."""
    names = ("user", "article", "at_ms", "clicks")
    frame = pl.DataFrame({name: rows[name] for name in names})
    hours_left = (end_ms - 1 - pl.col("at_ms")) // HOUR_MS
    part = pl.when(hours_left < 24).then(-pl.min_horizontal(hours_left // 6, 2)).otherwise(hours_left // 24)
    folded = frame.group_by("user", "article", part.alias("part"))
    return folded.agg(pl.col("at_ms").max(), pl.col("clicks").sum())


def _written(root: Path, shards: int) -> dict[str, list[str]]:
    paths = sorted((root / "model/recommendations").iterdir())[:shards]
    lines = [line for path in paths for line in gzip.decompress(path.read_bytes()).splitlines()]
    items = [json.loads(line)["Item"] for line in lines]
    return {item["pk"]["S"].removeprefix("u#"): item["articles"]["S"].split(" ") for item in items}


def _confidence(rows: dict[str, NDArray[np.generic]], cut_ms: int) -> sparse.csr_matrix:
    """1 + alpha * w with alpha 1 and a half-life of 168 hours."""
    before = rows["at_ms"] < cut_ms
    weight = rows["clicks"][before] * np.exp2((rows["at_ms"][before] - cut_ms) / HOUR_MS / 168)
    shape = (int(rows["user"].max()) + 1, int(rows["article"].max()) + 1)
    matrix = sparse.csr_matrix((weight, (rows["user"][before], rows["article"][before])), shape=shape)
    matrix.data += 1.0
    return matrix.astype(np.float32)


def _hyperparameters(root: Path) -> dict[str, str]:
    return json.loads((root / "input/config/hyperparameters.json").read_text())


def answer(result: dict[str, float]) -> None:
    """Prints it with the memory of this process."""
    print(json.dumps({**result, "peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def run_end_ms(options: dict[str, str]) -> int:
    """The first millisecond after the run date."""
    return int((np.datetime64(options["run_date"]) + 1).astype("datetime64[ms]").astype(np.int64))


def now() -> tuple[float, float]:
    """To be given to `since`."""
    return time.monotonic(), time.process_time()


def since(started: tuple[float, float]) -> dict[str, float]:
    """Seconds by the clock and of all cores."""
    return {"seconds": time.monotonic() - started[0], "cpuSeconds": time.process_time() - started[1]}


STEPS: dict[str, Callable[[Path, list[str]], dict[str, float]]] = {
    "parse": parse,
    "fit": fit,
    "recommend": recommend,
    "write": write,
}


def main(step: str, root: str, joined: str) -> None:
    """Standard output has the result and nothing else."""
    answer(STEPS[step](Path(root), json.loads(joined)))


if __name__ == "__main__":
    main(*sys.argv[1:])

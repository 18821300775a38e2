"""The work of `train.bare parse` by two other programs, one in a process: `python -m train.parsers WHO ROOT KEYS`.
Clicks of a lake and interactions of the days before to a matrix: scan, one of each event, numbers for ids, entries
added up. WHO is ours (the trainer's own parts, all its checks included) or duckdb. ROOT is an OPT_ML folder with its
input, KEYS a JSON list of objects whose records follow each other without a newline. Each prints one JSON object."""

import frontpage_trainer  # noqa: F401, I001 - sets the threads of BLAS before numpy is loaded

import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from frontpage_trainer.clock import days_before
from frontpage_trainer.codes import Names
from frontpage_trainer.in_order import in_order
from frontpage_trainer.interactions import Clicks, from_frame, read_parquet
from frontpage_trainer.lake_objects import objects_below
from frontpage_trainer.read_object import read_object
from frontpage_trainer.spool import Spool
from numpy.typing import NDArray
from scipy import sparse

from train import bare
from train.sizes import RUN_DATE

_LINES = "{event_id: 'VARCHAR', user_id: 'VARCHAR', article_id: 'VARCHAR', occurred_at: 'VARCHAR'}"


def ours(root: Path, _: list[str]) -> dict[str, float]:
    """By the parts of the reading stage; what it does besides (machines, folding, files) is left out."""
    started = bare.now()
    names = Names()
    end_ms = bare.run_end_ms({"run_date": RUN_DATE.isoformat()})
    read = partial(read_object, names=names, end_ms=end_ms, with_acks=False)
    with tempfile.TemporaryDirectory(prefix="frontpage-parsers-") as folder:
        spool = Spool(Path(folder), {*days_before(RUN_DATE, 7), RUN_DATE})
        for found in in_order(read, objects_below(root / "input/data/clicks", ".gz")):
            spool.put(found.clicks)
        history = [*in_order(lambda path: names.encode(read_parquet(path.name, path)), _history(root))]
        ids = names.ids()
        clicks, _ = spool.take(RUN_DATE, ids)
    parts: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.generic]]] = [_ones(clicks)]
    parts += [(day.user, day.article, day.clicks) for day in (from_frame(day, ids) for day in history)]
    user, article, count = (np.concatenate(column) for column in zip(*parts, strict=True))
    return {**_matrix(user, article, count), **bare.since(started)}


def duckdb(root: Path, joined: list[str]) -> dict[str, float]:
    """By SQL."""
    import duckdb

    clicks = root / "input/data/clicks"
    whole = [f"{path}" for path in sorted(clicks.rglob("*.gz")) if path.relative_to(clicks).as_posix() not in joined]
    started = bare.now()
    database = duckdb.connect()
    database.execute("SET preserve_insertion_order = false")
    database.execute(
        f"""CREATE TEMP TABLE rows AS
        SELECT any_value(user_id) AS user_id, any_value(article_id) AS article_id, any_value(at_ms) AS at_ms,
            1::UINTEGER AS clicks
        FROM (
            SELECT *, epoch_ms(strptime(occurred_at, '%Y-%m-%dT%H:%M:%S.%gZ')) AS at_ms FROM (
                FROM read_json($whole, format = 'newline_delimited', columns = {_LINES})
                UNION ALL FROM read_json($joined, format = 'unstructured', columns = {_LINES})
            ) WHERE event_id IS NOT NULL
        ) GROUP BY event_id
        UNION ALL SELECT user_id, article_id, epoch_ms(last_at), clicks FROM read_parquet($history)""",
        {"whole": whole, "joined": [f"{clicks / key}" for key in joined], "history": [*map(str, _history(root))]},
    )
    for name in ("user", "article"):
        database.execute(
            f"""CREATE TEMP TABLE {name}s AS SELECT {name}_id, row_number() OVER (ORDER BY {name}_id) - 1 AS number
            FROM (SELECT DISTINCT {name}_id FROM rows)"""
        )
    coded = database.execute(
        """SELECT users.number::INTEGER AS user, articles.number::INTEGER AS article, clicks, at_ms
        FROM rows JOIN users USING (user_id) JOIN articles USING (article_id)"""
    ).fetchnumpy()
    return {**_matrix(coded["user"], coded["article"], coded["clicks"]), **bare.since(started)}


def _history(root: Path) -> list[Path]:
    return sorted(root.glob("input/data/interactions/**/*.parquet"))


def _ones(clicks: Clicks) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.generic]]:
    return clicks.user, clicks.article, np.ones(clicks.user.size, dtype=np.uint32)


def _matrix(user: NDArray[np.int32], article: NDArray[np.int32], count: NDArray[np.generic]) -> dict[str, float]:
    matrix = sparse.csr_matrix((count.astype(np.float32), (user, article)))
    matrix.sum_duplicates()
    return {"nonZeros": matrix.nnz, "sum": float(matrix.sum(dtype=np.float64))}


PARSERS: dict[str, Callable[[Path, list[str]], dict[str, float]]] = {"ours": ours, "duckdb": duckdb}


def main(who: str, root: str, joined: str) -> None:
    """Standard output has the result and nothing else."""
    bare.answer(PARSERS[who](Path(root), json.loads(joined)))


if __name__ == "__main__":
    main(*sys.argv[1:])

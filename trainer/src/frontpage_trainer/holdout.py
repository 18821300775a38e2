"""The holdout as a file: what the candidate was measured on, so that others can measure it again. Format in
docs/formats.md."""

import numpy as np
from numpy.typing import NDArray

from .artefact import Artefact
from .dataset import Dataset
from .errors import TrainingError
from .evaluation import AT, Truth
from .files import gzip_bytes
from .snapshot import Snapshot
from .state import TrainingState


def holdout_file(data: Dataset, snapshot: Snapshot, truth: Truth, lists: NDArray[np.int32]) -> bytes:
    """`lists` are the candidate's, in the order of `truth.readers`. Popularity is there once: who leaves out of it what
    a reader has read finds this reader's popular list, so it is as long as that takes."""
    read = snapshot.read[truth.readers]
    most_read = int(np.diff(read.indptr).max(initial=0))
    opened = truth.pairs % truth.articles
    ends = np.searchsorted(truth.pairs, (truth.readers + 1) * truth.articles)

    def ids(articles: NDArray[np.integer]) -> str:
        return " ".join(data.article_ids[articles])

    lines = [f'{{"popular":"{ids(snapshot.candidates[: AT + most_read])}"}}\n']
    start = 0
    for row, name in enumerate(data.user_ids.gather(truth.readers)):
        top = lists[row, :AT]
        read_here = np.sort(snapshot.candidates[read.indices[read.indptr[row] : read.indptr[row + 1]]])
        lines.append(
            f'{{"reader":"{name}","list":"{ids(top[top >= 0])}","read":"{ids(read_here)}",'
            f'"opened":"{ids(opened[start : ends[row]])}"}}\n'
        )
        start = ends[row]
    return gzip_bytes("".join(lines).encode())


def write_holdout(artefact: Artefact, state: TrainingState) -> None:
    """One line for popularity, and one for each evaluated reader."""
    if state.holdout is None or state.evaluation is None:
        raise TrainingError("the holdout was not evaluated")
    artefact.add("holdout.ndjson.gz", "holdout", state.holdout, items=state.evaluation["readers"] + 1)

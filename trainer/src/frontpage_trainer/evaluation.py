"""How good lists are: recall@10 and NDCG@10 against what readers opened next. Articles that a reader had read before
the cut are neither in lists nor in the truth.

recall@k = hits / |truth|. NDCG@k = DCG / IDCG with binary relevance, DCG = sum over hits of 1 / log2(rank + 1), IDCG
the same for min(k, |truth|) hits on top. Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR
techniques" (2002).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .dataset import Dataset
from .snapshot import Snapshot

AT = 10
MAX_READERS = 20_000
"""The standard error of their recall is below 0.0036, and the gate reads the live lists of as many."""


@dataclass(frozen=True)
class Truth:
    """`readers`: who is evaluated, sorted. `pairs`: sorted reader * articles + article, what they opened in the
    slice."""

    readers: NDArray[np.int64]
    pairs: NDArray[np.int64]
    articles: int


@dataclass(frozen=True)
class Quality:
    """Per reader, in the order of `Truth.readers`, each 0 to 1."""

    recall: NDArray[np.float64]
    ndcg: NDArray[np.float64]

    def means(self) -> dict[str, float]:
        """As metrics.json has them; 0 when there is no reader."""
        if self.recall.size == 0:
            return {"recallAt10": 0.0, "ndcgAt10": 0.0}
        return {"recallAt10": float(self.recall.mean()), "ndcgAt10": float(self.ndcg.mean())}


def truth_between(data: Dataset, snapshot: Snapshot, start_ms: int, end_ms: int, seed: int) -> Truth:
    """What readers opened in [start, end) for the first time; `snapshot` was taken at the start. Of more than 20,000
    readers that many are drawn, the same ones for the same seed."""
    articles = len(data.article_ids)
    within = (data.at_ms >= start_ms) & (data.at_ms < end_ms)
    opened = np.unique(data.user[within].astype(np.int64) * articles + data.article[within])
    confidence = snapshot.confidence
    read_users = np.repeat(np.arange(confidence.shape[0], dtype=np.int64), np.diff(confidence.indptr))
    # In order already, as the indices of the matrix are.
    read = read_users * articles + confidence.indices
    places = np.minimum(np.searchsorted(read, opened), max(0, read.size - 1))
    pairs = opened[read[places] != opened] if read.size else opened
    readers = np.unique(pairs // articles)
    if readers.size > MAX_READERS:
        readers = np.sort(np.random.default_rng(seed).choice(readers, MAX_READERS, replace=False))
        pairs = pairs[np.isin(pairs // articles, readers)]
    return Truth(readers, pairs, articles)


def judge(lists: NDArray[np.int32], truth: Truth) -> Quality:
    """`lists`: (readers of the truth, at least 10) articles, -1 for none; the first 10 count."""
    top = lists[:, :AT]
    keys = truth.readers[:, None] * truth.articles + top
    hits = np.isin(keys, truth.pairs) & (top >= 0)
    _, wanted = np.unique(truth.pairs // truth.articles, return_counts=True)
    gains = 1.0 / np.log2(np.arange(2, top.shape[1] + 2))
    ideal = np.cumsum(1.0 / np.log2(np.arange(2, AT + 2)))[np.minimum(wanted, AT) - 1]
    return Quality(hits.sum(axis=1) / wanted, (hits * gains).sum(axis=1) / ideal)

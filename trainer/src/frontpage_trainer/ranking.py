"""Lists for readers: the candidates they have not read, by taste and recent popularity together.

A reader's score of candidate i is (x.y_i - mean) / spread + weight * prior_i, where mean and spread are those of x.y
over the candidates. The mean is the same for all candidates and drops out of the order; the spread has a closed form,
sqrt(x' C x) with C the covariance of the candidates' factors. So one product of [x / spread, weight] with [y_i,
prior_i] over the candidate columns ranks a block of readers.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .snapshot import Snapshot

_BLOCK = 512
_GROUP = 16


@dataclass(frozen=True)
class Blend:
    """Taste and the positive weight of the prior beside it. `users`: readers x factors; `items`: articles x factors."""

    users: NDArray[np.float32]
    items: NDArray[np.float32]
    weight: float


def rank(snapshot: Snapshot, readers: NDArray[np.integer], length: int, blend: Blend | None) -> NDArray[np.int32]:
    """Articles for each reader, best first: shape (readers, length), filled up with -1 when candidates run out.
    Without a blend, and for readers that it knows nothing of, by recent popularity."""
    width = min(length, snapshot.candidates.size)
    lists = np.full((len(readers), length), -1, dtype=np.int32)
    if width == 0:
        return lists
    scorer = _Scorer(snapshot, blend)

    def rank_block(start: int) -> None:
        block = readers[start : start + _BLOCK]
        lists[start : start + len(block), :width] = _best_unread(snapshot, scorer, block, width)

    # Blocks are fixed and apart from each other, so the number of threads changes nothing but the time.
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        list(pool.map(rank_block, range(0, len(readers), _BLOCK)))
    return lists


class _Scorer:
    def __init__(self, snapshot: Snapshot, blend: Blend | None) -> None:
        # Candidates are in order of popularity, so their place is their rank.
        self.by_popularity = -np.arange(snapshot.candidates.size, dtype=np.float32)
        self.blend = blend
        if blend is not None:
            items = blend.items[snapshot.candidates]
            self.items = np.hstack([items, snapshot.prior[:, None]]).T.copy()
            centred = items.astype(np.float64) - items.mean(axis=0, dtype=np.float64)
            self.covariance = centred.T @ centred / len(items)

    def scores(self, readers: NDArray[np.integer], width: int, most_read: int) -> NDArray[np.float32]:
        """Shape (readers, places): as many of the first candidates as can be in the lists, all of them with a blend."""
        if self.blend is None:
            return np.tile(self.by_popularity[: width + most_read], (len(readers), 1))
        users = self.blend.users[readers]
        wide = users.astype(np.float64)
        spread = np.sqrt(np.maximum(((wide @ self.covariance) * wide).sum(axis=1), 0.0))
        known = spread > 1e-12
        spread[~known] = 1.0
        scaled = (wide / spread[:, None]).astype(np.float32)
        weights = np.full((len(readers), 1), self.blend.weight, dtype=np.float32)
        scores = np.hstack([scaled, weights]) @ self.items
        scores[~known] = self.by_popularity
        return scores


def _best_unread(snapshot: Snapshot, scorer: _Scorer, readers: NDArray[np.integer], width: int) -> NDArray[np.int32]:
    read = snapshot.read[readers]
    read_counts = np.diff(read.indptr)
    scores = scorer.scores(readers, width, int(read_counts.max()))
    shown = read.indices < scores.shape[1]
    scores[np.repeat(np.arange(len(readers)), read_counts)[shown], read.indices[shown]] = -np.inf
    places = _largest(scores, width)
    best = np.take_along_axis(scores, places, axis=1)
    order = np.lexsort((places, -best), axis=1)
    places = np.take_along_axis(places, order, axis=1)
    best = np.take_along_axis(best, order, axis=1)
    return np.where(np.isneginf(best), np.int32(-1), snapshot.candidates[places])


def _largest(scores: NDArray[np.float32], width: int) -> NDArray[np.intp]:
    """Places of the `width` largest of each row, unordered. Only the groups of places with the largest maxima can hold
    them, and maxima cost a fraction of a selection over all places."""
    rows, places = scores.shape
    stride = places // _GROUP
    if stride <= 2 * width:
        return _partition(scores, width)
    grouped = scores[:, : stride * _GROUP].reshape(rows, _GROUP, stride)
    groups = _partition(grouped.max(axis=1), width)
    inside = (groups[:, :, None] + stride * np.arange(_GROUP)).reshape(rows, -1)
    rest = np.broadcast_to(np.arange(stride * _GROUP, places), (rows, places - stride * _GROUP))
    chosen = np.hstack([inside, rest])
    within = _partition(np.take_along_axis(scores, chosen, axis=1), width)
    return np.take_along_axis(chosen, within, axis=1)


def _partition(scores: NDArray[np.float32], width: int) -> NDArray[np.intp]:
    if width >= scores.shape[1]:
        return np.tile(np.arange(scores.shape[1]), (len(scores), 1))
    return np.argpartition(scores, -width, axis=1)[:, -width:]

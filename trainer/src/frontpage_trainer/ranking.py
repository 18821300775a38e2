"""Lists for readers: the candidates they have not read, by taste and recent popularity together.

A reader's score of candidate i is (x.y_i - mean) / spread + weight * prior_i, where mean and spread are those of x.y
over the candidates. With d_i = y_i - mean(y) it is x.d_i / spread + weight * prior_i, and spread is sqrt(x' C x), C the
covariance of the candidates' factors. So one product of [x / spread, weight] with [d_i, prior_i] ranks a block of
readers, and `candidate_bounds.py` says where to stop: the lists are the same.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .best import Best
from .candidate_bounds import CandidateBounds
from .in_order import in_order
from .snapshot import Snapshot

BLOCK = 1024
_FIRST = 512
_TILE = 1024


@dataclass(frozen=True)
class Blend:
    """Taste and the positive weight of the prior beside it. `users`: readers x factors; `items`: articles x factors."""

    users: NDArray[np.float32]
    items: NDArray[np.float32]
    weight: float


def rank(snapshot: Snapshot, readers: NDArray[np.integer], length: int, blend: Blend | None) -> NDArray[np.int32]:
    """`Ranker.lists` on all cores."""
    ranker = Ranker(snapshot, blend)
    blocks = [readers[start : start + BLOCK] for start in range(0, len(readers), BLOCK)]
    # Blocks are fixed and apart from each other, so the number of threads changes nothing but the time.
    lists = list(in_order(lambda block: ranker.lists(block, length), blocks))
    return np.concatenate(lists) if lists else np.empty((0, length), dtype=np.int32)


class Ranker:
    """Ranks by one snapshot and one blend, on the thread that calls it; several may. Without a blend, and for readers
    that it knows nothing of, by recent popularity."""

    def __init__(self, snapshot: Snapshot, blend: Blend | None) -> None:
        """What all readers have in common."""
        self._snapshot = snapshot
        self._blend = blend
        if blend is not None and snapshot.candidates.size:
            self._bounds = CandidateBounds(blend.items[snapshot.candidates], snapshot.prior, blend.weight)

    def lists(self, readers: NDArray[np.integer], length: int) -> NDArray[np.int32]:
        """Articles for each reader, best first: shape (readers, length), filled up with -1 when candidates run out."""
        lists = np.full((len(readers), length), -1, dtype=np.int32)
        width = min(length, self._snapshot.candidates.size)
        if width:
            for start in range(0, len(readers), BLOCK):
                block = readers[start : start + BLOCK]
                self._fill(lists[start : start + len(block), :width], block)
        return lists

    def _fill(self, lists: NDArray[np.int32], readers: NDArray[np.integer]) -> None:
        if self._blend is None:
            lists[:] = self._popular(readers, lists.shape[1])
            return
        users = self._blend.users[readers]
        spread = self._bounds.spread(users)
        known = spread > 1e-12
        if not known.all():
            lists[~known] = self._popular(readers[~known], lists.shape[1])
        if known.any():
            lists[known] = self._personal(readers[known], users[known], spread[known], lists.shape[1])

    def _popular(self, readers: NDArray[np.integer], width: int) -> NDArray[np.int32]:
        """Candidates are in order of popularity, so the first unread ones are the list."""
        rows, places = _entries(self._snapshot, readers)
        most_read = int(np.bincount(rows, minlength=1).max())
        unread = np.ones((len(readers), min(self._snapshot.candidates.size, width + most_read)), dtype=np.bool_)
        shown = places < unread.shape[1]
        unread[rows[shown], places[shown]] = False
        number = np.cumsum(unread, axis=1)
        rows, places = np.nonzero(unread & (number <= width))
        lists = np.full((len(readers), width), -1, dtype=np.int32)
        lists[rows, number[rows, places] - 1] = self._snapshot.candidates[places]
        return lists

    def _personal(
        self, readers: NDArray[np.integer], users: NDArray[np.float32], spread: NDArray[np.float64], width: int
    ) -> NDArray[np.int32]:
        bounds = self._bounds
        queries = bounds.queries(users, spread)
        rows, places = _entries(self._snapshot, readers)
        read = bounds.column_of[places]
        order = np.argsort(read, kind="stable")
        rows, read = rows[order], read[order]
        best = Best(len(readers), width, bounds.place_of)
        active = np.arange(len(readers))
        for start, end in _tiles(bounds.size):
            if start:
                active = np.flatnonzero(best.least <= bounds.beyond(start, queries))
                if active.size == 0:
                    break
            scores = queries.rows[active] @ bounds.columns[:, start:end]
            _hide(scores, active, rows, read, start, end)
            best.add(active, scores, start)
        top = best.lists()
        return np.where(top < 0, np.int32(-1), self._snapshot.candidates[top])


def _tiles(size: int) -> list[tuple[int, int]]:
    """The first one is there to find out what the others have to beat."""
    edges = [0, *range(min(_FIRST, size), size, _TILE), size]
    return [(start, end) for start, end in pairwise(edges) if start < end]


def _entries(snapshot: Snapshot, readers: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """What these readers have read, as rows of the block and places among the candidates."""
    read = snapshot.read[readers]
    return np.repeat(np.arange(len(readers)), np.diff(read.indptr)), read.indices


def _hide(
    scores: NDArray[np.float32],
    active: NDArray[np.intp],
    rows: NDArray[np.intp],
    read: NDArray[np.integer],
    start: int,
    end: int,
) -> None:
    """Takes what was read out of the columns `start` to `end`. `read` is sorted."""
    within = slice(*np.searchsorted(read, [start, end]))
    at = np.searchsorted(active, rows[within])
    at[at == active.size] = 0
    there = active[at] == rows[within]
    scores[at[there], read[within][there] - start] = -np.inf

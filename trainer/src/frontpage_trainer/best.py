"""The best columns of each row so far, while columns come in tiles."""

import numpy as np
from numpy.typing import NDArray

_UNSETTLED = 4
"""Sorting costs more than a few hits that are none."""


class Best:
    """`least`: what a score has to reach to be among the `width` best of its row, -inf while there are fewer. At equal
    scores the column with the smaller `place_of` is the better one."""

    def __init__(self, rows: int, width: int, place_of: NDArray[np.intp]) -> None:
        """Nothing yet."""
        self.least = np.full(rows, -np.inf, dtype=np.float32)
        self._width = width
        self._place_of = place_of
        self._found: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]] = []
        self._unsettled = 0

    def add(self, rows: NDArray[np.intp], scores: NDArray[np.float32], start: int) -> None:
        """`scores` of some rows and the columns from `start` on; -inf is never among the best."""
        if start == 0 and scores.shape[1] > self._width:
            self.least[rows] = np.partition(scores, -self._width, axis=1)[:, -self._width]
        least = np.maximum(self.least[rows], np.finfo(np.float32).min)
        hits = np.flatnonzero(scores >= least[:, None])
        row, column = np.divmod(hits, scores.shape[1])
        self._found.append((rows[row], self._place_of[column + start], scores.ravel()[hits]))
        self._unsettled += hits.size
        if self._unsettled > _UNSETTLED * self._width * self.least.size:
            self._settle()

    def lists(self) -> NDArray[np.intp]:
        """Places: shape (rows, width), best first, -1 where there are no more."""
        number = self._settle()
        rows, places, _ = self._found[0]
        lists = np.full((self.least.size, self._width), -1, dtype=np.intp)
        lists[rows, number] = places
        return lists

    def _settle(self) -> NDArray[np.intp]:
        """Keeps what can still be among the best, in order, and says the how manieth of its row each is."""
        rows, places, scores = (np.concatenate(parts) for parts in zip(*self._found, strict=True))
        order = np.lexsort((places, -scores, rows))
        rows, places, scores = rows[order], places[order], scores[order]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        number = np.arange(rows.size) - np.repeat(starts, np.diff(starts, append=rows.size))
        full = number == self._width - 1
        self.least[rows[full]] = scores[full]
        kept = number < self._width
        self._found = [(rows[kept], places[kept], scores[kept])]
        self._unsettled = 0
        return number[kept]

"""How good a candidate can be for anybody, so that most candidates need not be scored for most readers.

By Cauchy and Schwarz in the metric of C, |x.d| <= sqrt(x' C x) * sqrt(d' inv(C) d): divided by the spread, a reader's
taste for a candidate is at most the candidate's own distance from the mean, whoever the reader is. C is made regular by
a small multiple of the identity, and what that and rounding can add for a reader is added to the bound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_REGULAR = 1e-6


@dataclass(frozen=True)
class Queries:
    """`rows`: [x / spread, weight] for each reader, float32. `slack`: by how much the bounds fall short for each."""

    rows: NDArray[np.float32]
    slack: NDArray[np.float64]


class CandidateBounds:
    """Columns are candidates, the one that can score highest first; places are their places among the candidates."""

    def __init__(self, items: NDArray[np.float32], prior: NDArray[np.float32], weight: float) -> None:
        """`items`: candidates x factors."""
        centred = items.astype(np.float64) - items.mean(axis=0, dtype=np.float64)
        self._covariance = centred.T @ centred / len(items)
        self._small = _REGULAR * max(float(np.trace(self._covariance)) / items.shape[1], 1e-30)
        regular = self._covariance + self._small * np.eye(items.shape[1])
        distance = np.sqrt(np.maximum((np.linalg.solve(regular, centred.T).T * centred).sum(axis=1), 0.0))
        bound = distance + weight * prior.astype(np.float64)
        self.place_of = np.argsort(-bound, kind="stable")
        self.column_of = np.empty(self.place_of.size, dtype=np.int32)
        self.column_of[self.place_of] = np.arange(self.place_of.size, dtype=np.int32)
        self.columns = np.hstack([centred, prior[:, None]])[self.place_of].astype(np.float32).T.copy()
        self.size = self.place_of.size
        self._bound = bound[self.place_of]
        self._weight = weight
        self._farthest = float(distance.max())
        self._longest = float(np.sqrt((centred**2).sum(axis=1).max()))
        self._largest_prior = float(np.abs(prior).max())

    def spread(self, users: NDArray[np.float32]) -> NDArray[np.float64]:
        """Of each reader's taste over the candidates."""
        wide = users.astype(np.float64)
        return np.sqrt(np.maximum(((wide @ self._covariance) * wide).sum(axis=1), 0.0))

    def queries(self, users: NDArray[np.float32], spread: NDArray[np.float64]) -> Queries:
        """For readers whose spread is not zero."""
        scaled = users.astype(np.float64) / spread[:, None]
        square = (scaled**2).sum(axis=1)
        regular = (np.sqrt(1.0 + self._small * square) - 1.0) * self._farthest
        largest = np.sqrt(square) * self._longest + self._weight * self._largest_prior
        rounding = (users.shape[1] + 4) * 2.0**-23 * largest
        weights = np.full((len(users), 1), self._weight)
        return Queries(np.hstack([scaled, weights]).astype(np.float32), regular + rounding)

    def beyond(self, start: int, queries: Queries) -> NDArray[np.float64]:
        """What no score in the columns from `start` on exceeds, for each reader."""
        return self._bound[start] + queries.slack

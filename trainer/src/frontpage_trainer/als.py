"""Alternating least squares, one iteration at a time, from given factors: what makes a resumed fit equal an
uninterrupted one bit for bit. The solver is `implicit`'s conjugate gradient. Source: Hu, Koren, Volinsky (2008);
Takács, Pilászy, Tikk, "Applications of the Conjugate Gradient Method for Implicit Feedback Collaborative Filtering"
(2011)."""

from dataclasses import dataclass

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy import sparse

from .errors import TrainingError


@dataclass
class Factors:
    """`users`: readers x factors; `items`: articles x factors; float32. Rows without interactions are zero after a
    fit."""

    users: NDArray[np.float32]
    items: NDArray[np.float32]


def initial_factors(readers: int, articles: int, factors: int, seed: tuple[int, int]) -> Factors:
    """Small random numbers; equal seeds give equal factors."""
    random = np.random.default_rng(seed)
    users = random.random((readers, factors), dtype=np.float32) * np.float32(0.01)
    items = random.random((articles, factors), dtype=np.float32) * np.float32(0.01)
    return Factors(users, items)


class Fitting:
    """The matrix in both directions: `implicit`'s own `fit` would turn it around again for each iteration."""

    def __init__(self, confidence: sparse.csr_matrix, regularization: float) -> None:
        """`confidence`: readers x articles, float32."""
        self._by_reader = confidence
        self._by_article = confidence.T.tocsr()
        self._regularization = regularization

    def iterate(self, factors: Factors) -> None:
        """One iteration, in place: readers from articles, then articles from readers. Each row is solved by itself and
        BLAS has one thread, so the number of cores changes nothing. Raises `TrainingError` when the factors are no
        longer finite."""
        model = AlternatingLeastSquares(factors=factors.users.shape[1], dtype=np.float32)
        model.solver(self._by_reader, factors.users, factors.items, self._regularization, num_threads=0)
        model.solver(self._by_article, factors.items, factors.users, self._regularization, num_threads=0)
        if not (np.isfinite(factors.users).all() and np.isfinite(factors.items).all()):
            raise TrainingError("the factors are not finite; a larger regularization or smaller alpha helps")

"""Alternating least squares, one iteration at a time, from given factors: what makes a resumed fit equal an
uninterrupted one bit for bit. The solver is `implicit`'s conjugate gradient. Source: Hu, Koren, Volinsky (2008);
Takács, Pilászy, Tikk, "Applications of the Conjugate Gradient Method for Implicit Feedback Collaborative Filtering"
(2011)."""

from dataclasses import dataclass

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.recommender_base import ModelFitError
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


def iterate(factors: Factors, confidence: sparse.csr_matrix, regularization: float) -> Factors:
    """One iteration: readers from articles, then articles from readers. Each row is solved by itself and BLAS has one
    thread, so the number of cores changes nothing. Raises `TrainingError` when the factors are no longer finite."""
    model = AlternatingLeastSquares(
        factors=factors.users.shape[1], regularization=regularization, alpha=1.0, iterations=1, dtype=np.float32
    )
    # Set factors are where `fit` begins; it changes them in place.
    model.user_factors = factors.users.copy()
    model.item_factors = factors.items.copy()
    try:
        model.fit(confidence, show_progress=False)
    except ModelFitError as error:
        raise TrainingError(
            f"the factors are not finite; a larger regularization or smaller alpha helps: {error}"
        ) from error
    if not (np.isfinite(model.user_factors).all() and np.isfinite(model.item_factors).all()):
        raise TrainingError("the factors are not finite; a larger regularization or smaller alpha helps")
    return Factors(model.user_factors, model.item_factors)

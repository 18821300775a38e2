"""What is known at one moment of the window (the cut): confidences to fit, candidates to rank, what was read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .clock import HOUR_MS
from .dataset import Dataset
from .hyperparameters import Hyperparameters


@dataclass(frozen=True)
class Snapshot:
    """`confidence`: readers x articles, float32. `candidates`: articles in order of recent popularity, most popular
    first. `prior`: for each candidate its standardised log(1 + recent clicks), float32. `read`: readers x candidates,
    entries where the reader has opened the article before the cut."""

    confidence: sparse.csr_matrix
    candidates: NDArray[np.int32]
    prior: NDArray[np.float32]
    read: sparse.csr_matrix


def take_snapshot(data: Dataset, cut_ms: int, parameters: Hyperparameters) -> Snapshot:
    """Everything from before `cut_ms`, and nothing from later."""
    before = data.at_ms < cut_ms
    recent = before & (data.at_ms >= cut_ms - parameters.candidate_hours * HOUR_MS)
    popular = before & (data.at_ms >= cut_ms - parameters.popular_hours * HOUR_MS)
    counts = _clicks_by_article(data, popular)
    candidates = _by_popularity(data, recent, counts)
    return Snapshot(
        confidence=_confidence(data, before, cut_ms, parameters),
        candidates=candidates,
        prior=_standardised_log(counts[candidates]),
        read=_read_candidates(data, before, candidates),
    )


def _clicks_by_article(data: Dataset, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.bincount(data.article[rows], weights=data.clicks[rows], minlength=len(data.article_ids))


def _by_popularity(data: Dataset, recent: NDArray[np.bool_], counts: NDArray[np.float64]) -> NDArray[np.int32]:
    """Most clicks first; at equal clicks the one read last, then the smaller id: an order without ties."""
    candidates = np.flatnonzero(np.bincount(data.article[recent], minlength=len(data.article_ids)))
    last_at = np.zeros(len(data.article_ids), dtype=np.int64)
    np.maximum.at(last_at, data.article[recent], data.at_ms[recent])
    order = np.lexsort((candidates, -last_at[candidates], -counts[candidates]))
    return candidates[order].astype(np.int32)


def _standardised_log(counts: NDArray[np.float64]) -> NDArray[np.float32]:
    logs = np.log1p(counts)
    spread = logs.std() if logs.size else 0.0
    if spread == 0.0:
        return np.zeros(logs.size, dtype=np.float32)
    return ((logs - logs.mean()) / spread).astype(np.float32)


def _confidence(
    data: Dataset, before: NDArray[np.bool_], cut_ms: int, parameters: Hyperparameters
) -> sparse.csr_matrix:
    """1 + alpha * w with w = sum of clicks * 0.5^(age / half-life). Source: Hu, Koren, Volinsky, "Collaborative
    Filtering for Implicit Feedback Datasets" (2008), equation for c_ui; the decay is ours. `implicit` adds c - 1 to
    the quadratic term, so alpha * w alone would let an old click weigh less than none."""
    age_hours = (cut_ms - data.at_ms[before]) / HOUR_MS
    weight = data.clicks[before] * np.exp2(-age_hours / parameters.half_life_hours)
    shape = (len(data.user_ids), len(data.article_ids))
    matrix = sparse.csr_matrix((weight, (data.user[before], data.article[before])), shape=shape)
    matrix.data = 1.0 + parameters.alpha * matrix.data
    return matrix.astype(np.float32)


def _read_candidates(data: Dataset, before: NDArray[np.bool_], candidates: NDArray[np.int32]) -> sparse.csr_matrix:
    column = np.full(len(data.article_ids), -1, dtype=np.int32)
    column[candidates] = np.arange(candidates.size, dtype=np.int32)
    user, place = data.user[before], column[data.article[before]]
    known = place >= 0
    entries = (np.ones(int(known.sum()), dtype=np.int8), (user[known], place[known]))
    matrix = sparse.csr_matrix(entries, shape=(len(data.user_ids), candidates.size), dtype=np.int8)
    matrix.sum_duplicates()
    return matrix

"""Chooses how much recent popularity weighs beside taste, on a slice that neither fitting nor evaluation sees."""

import numpy as np

from .evaluation import AT, Truth, judge
from .ranking import Blend, rank
from .snapshot import Snapshot

PRIOR_WEIGHTS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""On real news the best are large: a reader's scores have a long tail, so they matter even beside a weight of 32."""


def choose_prior_weight(snapshot: Snapshot, truth: Truth, blend: Blend) -> float | None:
    """The weight with which lists are best by recall@10 + NDCG@10; `None` means popularity alone.

    A blend must earn its place: its mean gain over popularity, reader by reader, has to exceed twice its standard
    error, or the best of several weights would win by chance where there is no taste to learn. Of the weights that do,
    it is the largest that is within one standard error of the best. Source of that rule: Breiman et al.,
    "Classification and Regression Trees" (1984), section 3.4.3.
    """
    if truth.readers.size < 2:
        return None
    popular = _score(snapshot, truth, None)
    earned: list[tuple[float, float, float]] = []
    for weight in PRIOR_WEIGHTS:
        gain = _score(snapshot, truth, Blend(blend.users, blend.items, weight)) - popular
        mean, error = float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(gain.size))
        if mean > 2 * error:
            earned.append((mean, error, weight))
    if not earned:
        return None
    best, error, _ = max(earned)
    return max(weight for mean, _, weight in earned if mean >= best - error)


def _score(snapshot: Snapshot, truth: Truth, blend: Blend | None) -> np.ndarray:
    quality = judge(rank(snapshot, truth.readers, AT, blend), truth)
    return quality.recall + quality.ndcg

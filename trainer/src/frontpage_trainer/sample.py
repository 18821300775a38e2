"""Measures on a part of the data how long the work ahead will take, before any of it is done. The results are thrown
away. It costs a sixteenth of one iteration and the lists of a thousand readers."""

import time
from contextlib import suppress

import numpy as np
from scipy import sparse

from .als import Factors, Fitting
from .dataset import Dataset
from .errors import TrainingError
from .hyperparameters import Hyperparameters
from .in_order import cores
from .ranking import Blend, rank
from .reader_lists import ShardMaker
from .snapshot import Snapshot

_READERS = 1024
_SHARE = 16


def iteration_seconds(factors: Factors, confidence: sparse.csr_matrix, regularization: float) -> float:
    """Of one iteration, from one over every 16th reader: its time is in the interactions."""
    readers = np.arange(0, confidence.shape[0], _SHARE if confidence.shape[0] >= _SHARE * _READERS else 1)
    part = confidence[readers]
    fitting = Fitting(part, regularization)
    started = time.monotonic()
    # Factors that are not finite are for the real iteration to tell of.
    with suppress(TrainingError):
        fitting.iterate(Factors(factors.users[readers], factors.items.copy()))
    return (time.monotonic() - started) * confidence.nnz / max(1, part.nnz)


def list_seconds(
    data: Dataset, parameters: Hyperparameters, snapshot: Snapshot, blend: Blend | None
) -> tuple[float, float]:
    """For one reader: of ranking, and of ranking and writing."""
    readers = np.linspace(0, len(data.user_ids) - 1, min(_READERS, len(data.user_ids)), dtype=np.int64)
    started = time.monotonic()
    rank(snapshot, readers, parameters.list_length, blend)
    ranked = time.monotonic()
    ShardMaker(data, parameters, snapshot, blend)(readers)
    return (ranked - started) / readers.size, (time.monotonic() - ranked) / cores() / readers.size

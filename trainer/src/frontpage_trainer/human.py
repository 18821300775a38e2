"""Readers whose rate no human has: machines that click, which would teach everybody else what is popular."""

import numpy as np
from numpy.typing import NDArray

from .clock import HOUR_MS


def inhuman_readers(user: NDArray[np.int32], at_ms: NDArray[np.int64], clicks_per_hour: int) -> NDArray[np.int32]:
    """Who has more than so many de-duplicated clicks in any UTC hour of event time. Clicks of one day: hours do not
    span days, so the answer is the same whatever else is read with it."""
    busy = np.bincount(user) > clicks_per_hour
    suspects = busy[user]
    pairs = np.stack([user[suspects], at_ms[suspects] // HOUR_MS])
    hours, counts = np.unique(pairs, axis=1, return_counts=True)
    return np.unique(hours[0, counts > clicks_per_hour]).astype(np.int32)

"""Readers who asked to be forgotten. The channel names them by the SHA-256 of their id: it knows nobody by itself."""

import hashlib
import re
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .errors import DataRejected
from .lake_objects import objects_below

_HASH = re.compile(r"[0-9a-f]{64}")


def read_erasures(folder: Path) -> frozenset[str]:
    """The hashes of the channel, 64 hex digits each; none without the channel. Raises `DataRejected` for an object that
    is named by no hash: training on somebody who is to be forgotten would be worse than not training."""
    hashes = [path.stem for _, path in objects_below(folder, ".json")]
    for name in hashes:
        if not _HASH.fullmatch(name):
            raise DataRejected(f"{name}.json of channel erasures is named by no SHA-256; remove it from erasures/")
    return frozenset(hashes)


def forgotten(readers: pl.Series, erased: frozenset[str]) -> NDArray[np.int32]:
    """Which of these readers are to be forgotten, as places."""
    if not erased:
        return np.empty(0, dtype=np.int32)
    hashes = (hashlib.sha256(user.encode()).hexdigest() for user in readers)
    return np.flatnonzero([name in erased for name in hashes]).astype(np.int32)

"""The catalogue of the artefact: every article that a list may hold, and since when readers have opened it. Format in
docs/formats.md."""

import numpy as np

from .artefact import Artefact
from .dataset import Dataset
from .files import gzip_bytes
from .snapshot import Snapshot


def write_catalogue(artefact: Artefact, data: Dataset, snapshot: Snapshot) -> None:
    """One line for each candidate, in order of ids."""
    lines = [
        f'{{"id":"{data.article_ids[article]}","firstSeenMs":{data.first_seen_ms[article]}}}\n'
        for article in np.sort(snapshot.candidates)
    ]
    artefact.add("catalogue.ndjson.gz", "catalogue", gzip_bytes("".join(lines).encode()), items=len(lines))

"""Learns readers from clicks and writes their lists: files in, files out."""

import os
import time

STARTED = time.monotonic()
"""Begin of this process, before the libraries are loaded."""

# Before numpy is first loaded: the parallel loops of `implicit` over a multi-threaded BLAS take several times longer,
# and one thread gives the same bits on any number of cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

"""The command that the container runs: exit codes, and the sentence that the platform shows for a failure."""

import sys
import traceback

from .errors import DataRejected, Stopped, TrainingError
from .files import write_atomically
from .paths import OptMl
from .stop import StopRequest
from .train import train

_FAILURE_CHARACTERS = 1024
_EXIT_STOPPED = 128 + 15


def main(arguments: list[str]) -> int:
    """0: a whole artefact; 2: `DataRejected`; 1: `TrainingError`; 143: ended by SIGTERM, which is no failure and leaves
    no failure file."""
    if arguments != ["train"]:
        print("usage: python -m frontpage_trainer train", file=sys.stderr)
        return 1
    place = OptMl.from_environment()
    stop = StopRequest()
    stop.listen()
    try:
        train(place, stop)
    except Stopped as error:
        print(f"stopped: {error}", file=sys.stderr, flush=True)
        return _EXIT_STOPPED
    except DataRejected as error:
        _report(place, f"DataRejected: {error}")
        return 2
    except TrainingError as error:
        _report(place, f"TrainingError: {error}")
        return 1
    except Exception as error:
        traceback.print_exc()
        _report(place, f"TrainingError: {type(error).__name__}: {error}")
        return 1
    return 0


def _report(place: OptMl, sentence: str) -> None:
    line = " ".join(sentence.split())[:_FAILURE_CHARACTERS]
    print(line, file=sys.stderr, flush=True)
    write_atomically(place.failure, line.encode())

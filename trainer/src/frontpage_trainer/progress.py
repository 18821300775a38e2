"""How far the training is, for whoever decides whether it can still be in time: the lines on standard output, and
`progress.json` beside the checkpoints. Format in docs/formats.md.

`remainingSeconds` counts everything up to the end of this process: iterations, choosing and judging between them, and
the lists. Where each figure comes from is in `pace.py`. `restartSeconds` is the same for a process that would have to
begin now from the newest checkpoint; after an interruption it is what the next one says until its data is read.
"""

import json
import math
import time
from pathlib import Path
from typing import Any

from . import STARTED
from .clock import utc_now_text
from .files import write_atomically
from .log import say
from .pace import RANKINGS, Pace, work_from
from .saving import Saving
from .state import PHASES, TrainingState


class ProgressFile:
    """`earlier`: what a process before this one has left in the file."""

    def __init__(self, folder: Path) -> None:
        """Reads the file, if there is one."""
        self._path = folder / "progress.json"
        self.earlier = self._read()

    def write(self, content: dict[str, Any]) -> None:
        """Replaces the file."""
        write_atomically(self._path, json.dumps({**content, "updatedAt": utc_now_text()}).encode())

    def reading(self, iterations: int) -> None:
        """The data is being read: nothing is known but what the earlier process knew."""
        earlier = self.earlier
        content = {
            "phase": "reading",
            "iteration": 0,
            "iterations": iterations,
            "completed": earlier.get("checkpointed", 0),
            "total": earlier.get("total", len(PHASES) * iterations),
            "resumedFrom": self.earlier_resumes(),
            "secondsPerIteration": earlier.get("secondsPerIteration"),
            "remainingSeconds": earlier.get("restartSeconds"),
            "readSeconds": earlier.get("readSeconds"),
            "checkpointed": earlier.get("checkpointed", 0),
            "restartSeconds": earlier.get("restartSeconds"),
        }
        self.write({name: value for name, value in content.items() if value is not None})

    def earlier_resumes(self) -> list[int]:
        """The interruptions that the earlier process knew of."""
        return list(self.earlier.get("resumedFrom", []))

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {name: value for name, value in content.items() if _fits(name, value)} if _is_object(content) else {}


def _is_object(content: object) -> bool:
    return isinstance(content, dict)


def _fits(name: str, value: object) -> bool:
    if name == "resumedFrom":
        return isinstance(value, list) and all(isinstance(number, int) for number in value)
    if name in ("checkpointed", "total"):
        return isinstance(value, int)
    return name in ("secondsPerIteration", "restartSeconds", "readSeconds") and _is_number(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


class Progress:
    """`iterations` are those of one phase, `readers` those who get a list."""

    def __init__(self, file: ProgressFile, saving: Saving, iterations: int, readers: int) -> None:
        """For a training whose data is read."""
        self.pace = Pace()
        self._file = file
        self._saving = saving
        self._iterations = iterations
        self._readers = readers
        self._judged = 0
        self._prepared: str | None = None
        self._read_seconds: float | None = None

    @property
    def began(self) -> bool:
        """Whether reading and preparing are over."""
        return self._read_seconds is not None

    def resumed(self, state: TrainingState) -> None:
        """A checkpoint was loaded: its number joins those of earlier interruptions, which the progress file may know
        better than the checkpoint, when the last attempt ended before it made one of its own."""
        state.resumed_from = [*max(state.resumed_from, self._file.earlier_resumes(), key=len), state.completed]
        self._saving.resumed(state)
        self.pace.iteration.expected = state.fit_seconds / max(1, state.completed)
        say(f"resumed_from={state.completed} phase={state.phase} after {state.iteration} of {self._iterations}")

    def prepared(self, phase: str, seconds: float, judged: int) -> None:
        """The snapshot of a phase was taken; `judged` readers are in the slice that its lists are judged on."""
        self.pace.snapshot.add(seconds, 1)
        self._prepared = phase
        self._judged = judged or self._judged

    def concluded(self, phase: str, seconds: float) -> None:
        """The lists of the phase's slice were ranked and judged."""
        self.pace.ranking.add(seconds, self._judged * RANKINGS[phase])

    def begin(self, state: TrainingState) -> None:
        """What follows is work that lasts: the first iteration, or the lists where no iteration is left."""
        self._read_seconds = time.monotonic() - STARTED
        self._write(state, state.phase, state.iteration)

    def iterated(self, state: TrainingState, phase: str, iteration: int, seconds: float) -> None:
        """One iteration is done, and with the last of a phase what follows from it. A checkpoint is on disk before the
        line is printed: whoever sees the line may end this process."""
        self.pace.iteration.add(seconds, 1)
        self._saving.after_iteration(state, seconds, last=state.total(self._iterations) == state.completed)
        self._write(state, phase, iteration)
        say(f"phase={phase} iteration={iteration}/{self._iterations} seconds={seconds:.2f}")

    def save(self, state: TrainingState) -> None:
        """A checkpoint now, unless the newest is of this state."""
        self._saving.save(state)

    def writing(self, state: TrainingState, readers: int, seconds: float) -> None:
        """The lists of so many more readers are written."""
        self.pace.writing.add(seconds, readers)
        self._write(state, "writing", state.iteration)

    def finished(self, state: TrainingState) -> None:
        """The artefact is whole."""
        self._write(state, "writing", state.iteration)

    def _write(self, state: TrainingState, phase: str, iteration: int) -> None:
        total = state.total(self._iterations)
        left, saving = total - state.completed, self._saving
        remaining = self.pace.seconds_for(
            work_from(
                state.phase,
                left,
                self._judged,
                self._readers - self.pace.writing.units,
                prepared=self._prepared == state.phase,
            )
        )
        again = left + state.completed - saving.saved
        restart = self.pace.seconds_for(
            work_from(saving.saved_phase, again, self._judged, self._readers, prepared=False)
        )
        read = self._read_seconds or 0.0
        self._file.write(
            {
                "phase": phase,
                "iteration": iteration,
                "iterations": self._iterations,
                "completed": state.completed,
                "total": total,
                "resumedFrom": state.resumed_from,
                "secondsPerIteration": round(self.pace.iteration.each, 3),
                "remainingSeconds": round(remaining, 1),
                "readSeconds": round(read, 1),
                "checkpointed": saving.saved,
                "restartSeconds": round(read + restart, 1),
            }
        )

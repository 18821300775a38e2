"""How far the training is, for whoever decides whether it can still be in time: the lines on standard output,
checkpoints as often as they are wanted, and `progress.json` beside them. Format in docs/formats.md."""

import json
import time
from dataclasses import dataclass, field

from .checkpoints import Checkpoints
from .clock import utc_now_text
from .files import write_atomically
from .log import say
from .state import TrainingState


@dataclass
class Progress:
    """`iterations` are those of one phase."""

    checkpoints: Checkpoints
    checkpoint_seconds: float
    iterations: int
    _seconds: list[float] = field(default_factory=list)
    _saved_at: float | None = None
    _saved: int = -1

    def resumed(self, state: TrainingState) -> None:
        """A checkpoint was loaded: its number joins those of earlier interruptions, which the progress file may know
        better than the checkpoint, when the last attempt ended before it made one of its own."""
        earlier = self._earlier_resumes()
        state.resumed_from = [*max(state.resumed_from, earlier, key=len), state.completed]
        self._saved = state.completed
        say(f"resumed_from={state.completed} phase={state.phase} after {state.iteration} of {self.iterations}")
        self._write(state, state.phase, state.iteration)

    def iterated(self, state: TrainingState, phase: str, iteration: int, seconds: float) -> None:
        """One iteration is done, and with the last of a phase what follows from it. The checkpoint is on disk before
        the line is printed: whoever sees the line may end this process."""
        self._seconds.append(seconds)
        if self._saved_at is None or time.monotonic() - self._saved_at >= self.checkpoint_seconds:
            self.save(state)
        self._write(state, phase, iteration)
        say(f"phase={phase} iteration={iteration}/{self.iterations} seconds={seconds:.2f}")

    def save(self, state: TrainingState) -> None:
        """A checkpoint now, unless the newest is of this state."""
        if self._saved != state.completed:
            self.checkpoints.save(state)
            self._saved = state.completed
            self._saved_at = time.monotonic()

    def _write(self, state: TrainingState, phase: str, iteration: int) -> None:
        each = sum(self._seconds) / len(self._seconds) if self._seconds else state.fit_seconds / max(1, state.completed)
        total = state.total(self.iterations)
        content = {
            "phase": phase,
            "iteration": iteration,
            "iterations": self.iterations,
            "completed": state.completed,
            "total": total,
            "resumedFrom": state.resumed_from,
            "secondsPerIteration": round(each, 3),
            "remainingSeconds": round(each * (total - state.completed), 1),
            "updatedAt": utc_now_text(),
        }
        write_atomically(self.checkpoints.folder / "progress.json", json.dumps(content).encode())

    def _earlier_resumes(self) -> list[int]:
        try:
            content = json.loads((self.checkpoints.folder / "progress.json").read_text(encoding="utf-8"))
            return [int(number) for number in content["resumedFrom"]]
        except (OSError, ValueError, KeyError, TypeError):
            return []

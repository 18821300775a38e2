"""When a checkpoint is made: as often as it stays within 3 % of the time that fitting takes.

A checkpoint is due after an iteration when all checkpoints of this process, this one and that of the last iteration
included, cost at most that share of its fitting: spent + 2 * mean cost <= 0.03 * fitted. So two are about `cost / 0.03`
seconds of fitting apart, in whole iterations, and no interruption loses more than that. The first iteration of a
process is always saved, since what saving costs is measured on it (the next one is up to three times as far away), and
so is the last one, because writing the lists follows. Source: Mohan, Phanishayee,
Chidambaram, "CheckFreq: Frequent, Fine-Grained DNN Checkpointing" (FAST 2021), which bounds the overhead in this way.
Young's and Daly's intervals would need the mean time between reclaims, and nobody knows that of the night to come.
"""

import time
from dataclasses import dataclass

from .checkpoints import Checkpoints
from .state import TrainingState

_SHARE = 0.03


def is_due(spent_seconds: float, cost_seconds: float, fitted_seconds: float) -> bool:
    """Whether one more checkpoint, and the one at the end, stay within the share of fitting."""
    return spent_seconds + 2 * cost_seconds <= _SHARE * fitted_seconds


@dataclass
class Saving:
    """`most_seconds`: never further apart than this, whatever they cost; 0 means after each iteration. `saved`: the
    iterations that the newest checkpoint holds, `saved_phase` the phase that it goes on in."""

    checkpoints: Checkpoints
    most_seconds: float
    saved: int = 0
    saved_phase: str = "tune"
    _fitted: float = 0.0
    _spent: float = 0.0
    _made: int = 0
    _saved_at: float = 0.0

    def resumed(self, state: TrainingState) -> None:
        """This state is what the newest checkpoint holds."""
        self.saved, self.saved_phase = state.completed, state.phase

    def after_iteration(self, state: TrainingState, seconds: float, *, last: bool) -> None:
        """Makes a checkpoint if one is due. `last`: no iteration follows."""
        self._fitted += seconds
        next_at = time.monotonic() + seconds
        if (
            last
            or self._made == 0
            or is_due(self._spent, self._spent / self._made, self._fitted)
            or next_at - self._saved_at > self.most_seconds
        ):
            self.save(state)

    def save(self, state: TrainingState) -> None:
        """A checkpoint now, unless the newest is of this state."""
        if self.saved == state.completed:
            return
        started = time.monotonic()
        self.checkpoints.save(state)
        self._saved_at = time.monotonic()
        self._spent += self._saved_at - started
        self._made += 1
        self.resumed(state)

    def summary(self) -> str:
        """What the checkpoints of this process have cost beside its fitting."""
        return f"checkpoints made={self._made} checkpoint_seconds={self._spent:.2f} fit_seconds={self._fitted:.2f}"

"""How long the rest of a training takes, from what this very run has measured: units of work still to do, times seconds
for each unit. A unit's seconds are the mean of all that were done; before the first one is done they are measured on a
sample (`sample.py`). Nothing of it reaches the model artefact."""

from dataclasses import dataclass, field

from .state import PHASES
from .tuning import PRIOR_WEIGHTS

RANKINGS = {"tune": len(PRIOR_WEIGHTS) + 1, "evaluate": 2, "refit": 0}
"""How often the readers of a phase's slice are ranked when its fit is over."""


@dataclass
class Rate:
    """Seconds for one unit of one kind of work. `expected` counts until a unit is done."""

    expected: float = 0.0
    seconds: float = 0.0
    units: int = 0

    def add(self, seconds: float, units: int) -> None:
        """So many units took so long."""
        self.seconds += seconds
        self.units += units

    @property
    def each(self) -> float:
        """Of one unit."""
        return self.seconds / self.units if self.units else self.expected


@dataclass(frozen=True)
class Work:
    """`snapshots` are to be taken, `ranked` readers to be ranked for tuning and evaluation, `written` readers to get
    their line."""

    iterations: int
    snapshots: int
    ranked: int
    written: int


@dataclass
class Pace:
    """One rate for each kind of work."""

    iteration: Rate = field(default_factory=Rate)
    snapshot: Rate = field(default_factory=Rate)
    ranking: Rate = field(default_factory=Rate)
    writing: Rate = field(default_factory=Rate)

    def seconds_for(self, work: Work) -> float:
        """How long this work takes."""
        return (
            work.iterations * self.iteration.each
            + work.snapshots * self.snapshot.each
            + work.ranked * self.ranking.each
            + work.written * self.writing.each
        )


def work_from(phase: str, iterations: int, judged: int, readers: int, *, prepared: bool) -> Work:
    """What is left at some moment of `phase`: `iterations` of it and of later phases, and what follows from them.
    `judged`: readers of a slice that lists are judged on. `prepared`: the phase's own snapshot is taken."""
    ahead = PHASES[PHASES.index(phase) :]
    return Work(
        iterations=iterations,
        snapshots=len(ahead) - (1 if prepared else 0),
        ranked=judged * sum(RANKINGS[name] for name in ahead),
        written=readers,
    )

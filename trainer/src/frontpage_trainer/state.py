"""Where a training stands: the part of it that survives an interruption."""

from dataclasses import dataclass, field
from typing import Any

from .als import Factors

PHASES = ("tune", "evaluate", "refit")
"""In this order. `tune` chooses the weight of the prior, `evaluate` measures the candidate, `refit` learns from
everything."""


@dataclass
class TrainingState:
    """`iteration` counts completed iterations of `phase`, `completed` those of all phases. `prior_weight` is known
    after `tune` (None: popularity alone), after `evaluate` also `evaluation`, and `holdout`, the file it is measured
    again by; `factors` are those of the phase, None before its first iteration. `resumed_from` lists the values of
    `completed` at which an interrupted training went on."""

    phase: str = PHASES[0]
    iteration: int = 0
    completed: int = 0
    prior_weight: float | None = None
    evaluation: dict[str, Any] | None = None
    holdout: bytes | None = None
    factors: Factors | None = None
    fit_seconds: float = 0.0
    resumed_from: list[int] = field(default_factory=list)

    def total(self, iterations: int) -> int:
        """Iterations of the whole training, as far as is known: popularity alone needs none after `tune`."""
        if self.phase != PHASES[0] and self.prior_weight is None:
            return self.completed
        return self.completed - self.iteration + (len(PHASES) - PHASES.index(self.phase)) * iterations

    def begin_next_phase(self) -> None:
        """Leaves the factors of the phase that is over behind."""
        self.phase = PHASES[PHASES.index(self.phase) + 1]
        self.iteration = 0
        self.factors = None

"""The training, phase by phase: choose the prior's weight, measure the candidate, learn from everything.

`tune` and `evaluate` look at slices of the run date that their fit has not seen; `refit` makes the factors that
readers get. When popularity alone wins there is nothing to fit any more, and the later phases take no iterations.
"""

import time
from collections.abc import Callable

from .als import Fitting, initial_factors
from .dataset import Dataset
from .errors import TrainingError
from .evaluation import AT, Truth, judge, truth_between
from .holdout import holdout_file
from .hyperparameters import Hyperparameters
from .log import say, warn
from .progress import Progress
from .ranking import Blend, rank
from .sample import iteration_seconds, list_seconds
from .snapshot import Snapshot, take_snapshot
from .state import PHASES, TrainingState
from .stop import StopRequest
from .tuning import choose_prior_weight


class Training:
    """Runs the phases that `state` has not finished yet."""

    def __init__(
        self, data: Dataset, parameters: Hyperparameters, state: TrainingState, progress: Progress, stop: StopRequest
    ) -> None:
        """`state` is changed as the training goes on."""
        self._data = data
        self._parameters = parameters
        self._state = state
        self._progress = progress
        self._stop = stop

    def run(self) -> tuple[Snapshot, Blend | None]:
        """The snapshot and the blend (None: popularity alone) that readers' lists are made from.

        Raises `Stopped` after the iteration in which the platform asked for the end, with a checkpoint of it.
        """
        if self._state.phase == "tune":
            self._tune()
        if self._state.phase == "evaluate":
            self._evaluate()
        started = time.monotonic()
        snapshot = take_snapshot(self._data, self._parameters.end_ms, self._parameters)
        self._progress.prepared("refit", time.monotonic() - started, judged=0)
        if self._state.prior_weight is not None:
            self._fit(snapshot, conclude=lambda: None)
        self._begin(snapshot)
        return snapshot, self._blend()

    def _tune(self) -> None:
        parameters = self._parameters
        snapshot, truth = self._prepare("tune", parameters.tune_start_ms, parameters.holdout_start_ms)
        if truth.readers.size == 0 or snapshot.candidates.size == 0:
            warn("there is nothing to tune on before the holdout: popularity alone is used")
            self._state.begin_next_phase()
            return

        def conclude() -> None:
            weight = choose_prior_weight(snapshot, truth, self._blend(weight=1.0))
            say(f"prior_weight={'none' if weight is None else weight} tune_readers={truth.readers.size}")
            self._state.prior_weight = weight
            self._state.begin_next_phase()

        self._fit(snapshot, conclude)

    def _evaluate(self) -> None:
        parameters = self._parameters
        snapshot, truth = self._prepare("evaluate", parameters.holdout_start_ms, parameters.end_ms)
        if truth.readers.size == 0:
            warn(f"no reader opened a new article in the last {parameters.holdout_hours} hours: nothing is evaluated")

        def conclude() -> None:
            popular = judge(rank(snapshot, truth.readers, AT, None), truth)
            lists = rank(snapshot, truth.readers, AT, self._blend())
            candidate = judge(lists, truth)
            self._state.holdout = holdout_file(self._data, snapshot, truth, lists)
            self._state.evaluation = {
                "readers": int(truth.readers.size),
                "clicks": int(truth.pairs.size),
                "candidate": candidate.means(),
                "popular": popular.means(),
                "priorWeight": self._state.prior_weight,
                "holdoutHours": parameters.holdout_hours,
            }
            self._state.begin_next_phase()

        if self._state.prior_weight is None:
            conclude()
        else:
            self._fit(snapshot, conclude)

    def _prepare(self, phase: str, start_ms: int, end_ms: int) -> tuple[Snapshot, Truth]:
        started = time.monotonic()
        snapshot = take_snapshot(self._data, start_ms, self._parameters)
        truth = truth_between(self._data, snapshot, start_ms, end_ms, self._parameters.seed)
        self._progress.prepared(phase, time.monotonic() - started, int(truth.readers.size))
        return snapshot, truth

    def _begin(self, snapshot: Snapshot) -> None:
        """Once in a process, before its first work that lasts: says how long everything will take."""
        if self._progress.began:
            return
        pace, state, parameters = self._progress.pace, self._state, self._parameters
        if state.factors is not None and state.completed == 0:
            pace.iteration.expected = iteration_seconds(state.factors, snapshot.confidence, parameters.regularization)
        # While it is not known yet whether a blend wins, it is the one that takes longer.
        blend = self._blend(weight=1.0) if state.phase == "tune" else self._blend()
        pace.ranking.expected, pace.writing.expected = list_seconds(self._data, parameters, snapshot, blend)
        self._progress.begin(state)

    def _fit(self, snapshot: Snapshot, conclude: Callable[[], None]) -> None:
        """Iterates to the end of the phase; `conclude` belongs to the last iteration and is in its checkpoint."""
        state, parameters = self._state, self._parameters
        phase = state.phase
        if state.factors is None:
            shape = (len(self._data.user_ids), len(self._data.article_ids), parameters.factors)
            state.factors = initial_factors(*shape, seed=(parameters.seed, PHASES.index(phase)))
        self._begin(snapshot)
        fitting = Fitting(snapshot.confidence, parameters.regularization)
        for iteration in range(state.iteration + 1, parameters.iterations + 1):
            started = time.monotonic()
            fitting.iterate(state.factors)
            seconds = time.monotonic() - started
            state.iteration = iteration
            state.completed += 1
            state.fit_seconds += seconds
            if iteration == parameters.iterations:
                started = time.monotonic()
                conclude()
                self._progress.concluded(phase, time.monotonic() - started)
            self._progress.iterated(state, phase, iteration, seconds)
            if self._stop.requested:
                self._progress.save(state)
            self._stop.check()

    def _blend(self, weight: float | None = None) -> Blend | None:
        weight = self._state.prior_weight if weight is None else weight
        if weight is None:
            return None
        if self._state.factors is None:
            raise TrainingError(f"there are no factors in phase {self._state.phase}")
        return Blend(self._state.factors.users, self._state.factors.items, weight)

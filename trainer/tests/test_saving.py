"""How often checkpoints are made, and that a damaged one is never loaded."""

from pathlib import Path

import numpy as np
import pytest

from frontpage_trainer.als import Factors
from frontpage_trainer.checkpoints import Checkpoints
from frontpage_trainer.saving import Saving, is_due
from frontpage_trainer.state import TrainingState

COST = 0.3


class CountedCheckpoints(Checkpoints):
    """Keeps nothing but the numbers that were saved."""

    def save(self, state: TrainingState) -> None:
        """Instead of writing."""
        self.config.setdefault("saved", []).append(state.completed)


def saved(iterations: int, seconds: float, most_seconds: float, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The iterations that are saved where each takes `seconds` and a checkpoint costs 0.3 s."""
    now = 0.0

    def clock() -> float:
        return now

    class Costly(CountedCheckpoints):
        def save(self, state: TrainingState) -> None:
            nonlocal now
            now += COST
            super().save(state)

    monkeypatch.setattr("frontpage_trainer.saving.time.monotonic", clock)
    checkpoints = Costly(Path(), "scope", {}, (1, 1, 1))
    saving = Saving(checkpoints, most_seconds)
    state = TrainingState()
    for number in range(1, iterations + 1):
        now += seconds
        state.completed = number
        saving.after_iteration(state, seconds, last=number == iterations)
    return checkpoints.config["saved"]


def test_a_checkpoint_is_due_when_it_and_the_last_one_stay_within_three_percent_of_fitting() -> None:
    assert is_due(spent_seconds=0.3, cost_seconds=0.3, fitted_seconds=30.0)
    assert not is_due(spent_seconds=0.3, cost_seconds=0.3, fitted_seconds=29.9)


@pytest.mark.parametrize("seconds", [0.1, 1.0, 4.0, 20.0])
def test_checkpoints_take_three_percent_of_fitting_and_are_one_interval_apart(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = saved(400, seconds, float("inf"), monkeypatch)
    # The first one is made on credit.
    gaps = np.diff(numbers)[1:-1] * seconds
    assert gaps.size == 0 or gaps.max() <= COST / 0.03 + seconds
    assert len(numbers) * COST <= 0.03 * 400 * seconds
    assert (numbers[0], numbers[-1]) == (1, 400)


def test_long_iterations_are_all_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    assert saved(20, 20.0, float("inf"), monkeypatch) == list(range(1, 21))


def test_the_hyperparameter_bounds_what_an_interruption_can_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    assert saved(6, 0.1, 0.0, monkeypatch) == [1, 2, 3, 4, 5, 6]
    numbers = saved(100, 1.0, 4.0, monkeypatch)
    assert np.diff(numbers).max() == 4


@pytest.fixture
def two(tmp_path: Path) -> Checkpoints:
    """Checkpoints of iterations 1 and 2."""
    checkpoints = Checkpoints(tmp_path, "scope", {"factors": 2, "data": "d"}, (3, 2, 2))
    for number in (1, 2):
        factors = Factors(np.full((3, 2), number, np.float32), np.full((2, 2), number, np.float32))
        checkpoints.save(TrainingState(iteration=number, completed=number, factors=factors, prior_weight=4.0))
    return checkpoints


@pytest.mark.parametrize("kind", ["npz", "json"])
def test_f9_a_checkpoint_with_any_byte_flipped_is_refused_and_the_one_before_is_loaded(
    two: Checkpoints, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = two.folder / f"state-000002.{kind}"
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        state = two.load_newest()
        assert state is not None
        assert state.completed == 1, place
        assert "checkpoint state-000002 is skipped" in capsys.readouterr().err
    path.write_bytes(whole)
    newest = two.load_newest()
    assert newest is not None
    assert newest.completed == 2


@pytest.mark.parametrize("kind", ["npz", "json"])
def test_f9_a_checkpoint_cut_off_anywhere_is_refused(two: Checkpoints, kind: str) -> None:
    path = two.folder / f"state-000002.{kind}"
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        state = two.load_newest()
        assert state is not None
        assert state.completed == 1, length


def test_a_file_that_the_agent_is_uploading_is_deleted_only_when_it_is_done(two: Checkpoints) -> None:
    oldest = two.folder / "state-000001.npz"
    uploading, uploaded = (two.folder / f"{oldest.name}.sagemaker-{step}" for step in ("uploading", "uploaded"))
    uploading.touch()
    for number in (3, 4):
        two.save(TrainingState(completed=number))
    assert oldest.exists()
    uploaded.touch()
    two.save(TrainingState(completed=5))
    assert not oldest.exists()


def test_temporary_files_have_a_name_that_the_agent_leaves_alone(two: Checkpoints, monkeypatch) -> None:
    written: list[str] = []

    def replace(source: Path, target: Path) -> None:
        written.append(source.name)
        source.rename(target)

    monkeypatch.setattr("frontpage_trainer.files.os.replace", replace)
    two.save(TrainingState(completed=3))
    assert len(written) == 2
    assert all(name.endswith(".sagemaker-ignore") for name in written)

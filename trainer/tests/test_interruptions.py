"""Interrupted trainings: real processes, killed by SIGKILL at chosen moments, that go on to the very same bytes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from frontpage_trainer.checkpoints import _sealed, _unsealed

from .support import Place, fill, newsroom

KILLER = """
import os, signal, sys
from frontpage_trainer import files
from frontpage_trainer.cli import main

name, moment = sys.argv[1], sys.argv[2]
rename = files.os.replace

def replace(source, target):
    hit = str(target).endswith(name)
    if hit and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    if hit and moment == "term":
        os.kill(os.getpid(), signal.SIGTERM)
    if hit and moment == "half":
        with open(source, "r+b") as file:
            file.truncate(100)
    rename(source, target)
    if hit and moment != "term":
        os.kill(os.getpid(), signal.SIGKILL)

files.os.replace = replace
sys.exit(main(sys.argv[3:]))
"""


@pytest.fixture
def interrupted(place: Place) -> Place:
    """The lake of the fixture `trained`, not trained yet."""
    fill(place, newsroom(taste=0.8))
    return place


def run_until(place: Place, name: str, moment: str, threads: int = 1) -> None:
    """Kills the trainer as it renames a file to this name: `before`, `after`, as a `half` file, or by SIGTERM."""
    result = place.run(["-c", KILLER, name, moment], threads)
    assert result.returncode == (143 if moment == "term" else -signal.SIGKILL), result.stderr
    assert not (place.model / "manifest.json").exists() or name == "manifest.json"


def resumed_from(place: Place) -> list[int]:
    return place.json("metrics.json")["training"]["resumedFrom"]


def finish(place: Place, trained: Place) -> str:
    result = place.run()
    assert result.returncode == 0, result.stderr
    assert place.artefact() == trained.artefact()
    return result.stderr


@pytest.mark.parametrize(
    ("name", "moment", "resumed"),
    [
        ("state-000002.json", "after", [2]),
        ("state-000004.json", "after", [4]),
        ("state-000007.json", "after", [7]),
        ("state-000007.npz", "before", [6]),
        ("state-000007.json", "before", [6]),
        ("state-000007.npz", "half", [6]),
        ("state-000012.json", "after", [12]),
        ("recommendations/part-00001.json.gz", "after", [12]),
    ],
)
def test_f8_a_training_killed_at_any_moment_ends_with_the_same_bytes(
    interrupted: Place, trained: Place, name: str, moment: str, resumed: list[int]
) -> None:
    run_until(interrupted, name, moment)
    finish(interrupted, trained)
    assert resumed_from(interrupted) == resumed


@pytest.mark.parametrize("moment", [pytest.param("after", id="SIGKILL"), pytest.param("term", id="SIGTERM")])
def test_f8_reclaimed_after_every_iteration_on_one_and_two_threads_in_turn_it_ends_with_the_same_bytes(
    interrupted: Place, trained: Place, moment: str
) -> None:
    for number in range(1, 13):
        run_until(interrupted, f"state-{number:06d}.json", moment, threads=1 + number % 2)
    finish(interrupted, trained)
    assert resumed_from(interrupted) == list(range(1, 13))


def test_f8_reclaimed_during_the_write_of_every_checkpoint_it_ends_with_the_same_bytes(
    interrupted: Place, trained: Place
) -> None:
    moments = (("npz", "before"), ("npz", "half"), ("json", "before"), ("json", "half"))
    for number in range(1, 13):
        kind, moment = moments[number % 4]
        run_until(interrupted, f"state-{number:06d}.{kind}", moment, threads=1 + number % 2)
    finish(interrupted, trained)
    assert resumed_from(interrupted) == list(range(1, 12))


def test_f8_two_threads_make_the_bytes_of_one(interrupted: Place, trained: Place) -> None:
    assert interrupted.run(threads=2).returncode == 0
    assert interrupted.artefact() == trained.artefact()


def test_a_training_killed_again_and_again_remembers_each_interruption(interrupted: Place, trained: Place) -> None:
    for name in ("state-000003.json", "state-000006.json", "state-000007.npz", "state-000010.json"):
        run_until(interrupted, name, "after")
    finish(interrupted, trained)
    assert resumed_from(interrupted) == [3, 6, 6, 10]


def test_another_attempt_of_the_run_goes_on_from_the_checkpoint_under_its_own_version(interrupted: Place) -> None:
    run_until(interrupted, "state-000005.json", "after")
    interrupted.configure(version="2026-11-23.02", expires_at="1764547201")
    assert interrupted.run().returncode == 0
    assert resumed_from(interrupted) == [5]
    assert interrupted.json("manifest.json")["version"] == "2026-11-23.02"


def test_sigterm_ends_the_iteration_with_a_checkpoint_and_without_a_model(interrupted: Place, trained: Place) -> None:
    # So long an interval leaves it to the cost of a checkpoint, which is more than an iteration here.
    interrupted.configure(checkpoint_seconds="1000")
    command = [sys.executable, "-m", "frontpage_trainer", "train"]
    with subprocess.Popen(command, env=interrupted.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("phase=tune iteration=2/"):
                process.send_signal(signal.SIGTERM)
                break
        last = [line for line in process.stdout if line.startswith("phase=")]
        process.stdout.close()
    assert process.returncode == 143
    assert not (interrupted.model / "manifest.json").exists()
    assert not (interrupted.root / "output" / "failure").exists()
    completed = interrupted.progress()["completed"]
    assert completed == 2 + len(last) < 12
    finish(interrupted, trained)
    assert resumed_from(interrupted) == [completed]


def test_f9_foreign_torn_and_corrupt_checkpoints_are_named_and_skipped(interrupted: Place, trained: Place) -> None:
    run_until(interrupted, "state-000007.json", "after")
    folder = interrupted.checkpoints
    manifest = _unsealed((folder / "state-000006.json").read_bytes())
    state = (folder / "state-000006.npz").read_bytes()

    def plant(number: int, **changes: object) -> None:
        (folder / f"state-{number:06d}.json").write_bytes(_sealed({**manifest, "completed": number, **changes}))
        (folder / f"state-{number:06d}.npz").write_bytes(state)

    plant(90, scope="another")
    plant(91, config={**manifest["config"], "alpha": 11.0})
    plant(92)
    (folder / "state-000092.npz").write_bytes(state[:1000])
    (folder / "state-000093.npz").write_bytes(state)
    (folder / "state-000094.json").write_text("{")
    (folder / "state-000007.npz").write_bytes(state[:-1] + b"\x00\x01")
    for name in ("state-000095.json.sagemaker-uploading", "state-000007.npz.sagemaker-uploaded"):
        (folder / name).write_bytes(b"")
    warnings = finish(interrupted, trained)
    assert [warnings.count(f"state-{number:06d} is skipped") for number in (90, 91, 92, 93, 94, 95, 7)] == [
        *(1, 1, 1, 1, 1, 0, 1)
    ]
    assert "it is of scope another, not 0123abcd" in warnings
    assert resumed_from(interrupted) == [6]


@pytest.mark.parametrize("change", ["factors", "data"])
def test_f9_with_other_factors_or_other_data_a_training_begins_from_scratch_and_says_why(
    interrupted: Place, change: str
) -> None:
    run_until(interrupted, "state-000007.json", "after")
    if change == "factors":
        interrupted.configure(factors="6")
    else:
        fill(interrupted, newsroom(taste=0.8, seed=2))
    result = interrupted.run()
    assert result.returncode == 0, result.stderr
    assert "state-000007 is skipped: it was made with another configuration or other data" in result.stderr
    assert resumed_from(interrupted) == []
    assert interrupted.progress()["completed"] == 12


def test_the_last_three_checkpoints_are_kept_and_nothing_else_of_the_trainers(trained: Place) -> None:
    names = sorted(path.name for path in Path(trained.checkpoints).iterdir())
    kept = [f"state-{number:06d}.{kind}" for number in (10, 11, 12) for kind in ("json", "npz")]
    assert names == ["progress.json", *kept]


def test_what_an_earlier_attempt_left_in_the_model_folder_is_removed(interrupted: Place, trained: Place) -> None:
    for name in ("manifest.json", "recommendations/part-00099.json.gz", "old/file"):
        path = interrupted.model / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    finish(interrupted, trained)

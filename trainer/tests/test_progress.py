"""What progress.json says at each step of a training, and how the time that is left is reckoned."""

import json
from pathlib import Path
from typing import Any

import pytest

from frontpage_trainer.pace import Pace, Rate, Work, work_from
from frontpage_trainer.progress import ProgressFile

from .support import Place, fill, newsroom
from .test_interruptions import run_until

RECORDER = """
import sys
from frontpage_trainer import files
from frontpage_trainer.cli import main

rename = files.os.replace

def replace(source, target):
    if str(target).endswith("progress.json"):
        with open(source) as file, open(sys.argv[1], "a") as record:
            record.write(file.read() + "\\n")
    rename(source, target)

files.os.replace = replace
sys.exit(main(sys.argv[2:]))
"""


def record(place: Place) -> list[dict[str, Any]]:
    """Runs the trainer; every content that its progress file had."""
    result = place.run(["-c", RECORDER, str(place.root / "record")])
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in (place.root / "record").read_text().splitlines()]


def test_progress_is_there_from_reading_to_the_end_and_ends_at_zero(place: Place) -> None:
    fill(place, newsroom(taste=0.8))
    seen = record(place)
    first, begin, last = seen[0], seen[1], seen[-1]
    assert (first["phase"], first["completed"], first["total"]) == ("reading", 0, 12)
    assert not {"remainingSeconds", "readSeconds", "restartSeconds", "secondsPerIteration"} & set(first)
    assert (begin["phase"], begin["iteration"]) == ("tune", 0)
    phases = [step["phase"] for step in seen]
    # One more than shards for the begin of writing and for its end.
    assert phases == ["reading", *["tune"] * 5, *["evaluate"] * 4, *["refit"] * 4, *["writing"] * 5]
    assert [step["completed"] for step in seen] == [0, 0, *range(1, 13), *[12] * 5]
    for step in seen[1:]:
        assert step["restartSeconds"] >= step["remainingSeconds"] >= 0
        assert step["readSeconds"] == begin["readSeconds"] > 0
        assert step["checkpointed"] == step["completed"]
    assert begin["remainingSeconds"] > last["remainingSeconds"] == 0


def test_after_an_interruption_it_says_at_once_what_a_new_start_needs(place: Place) -> None:
    fill(place, newsroom(taste=0.8))
    run_until(place, "state-000007.json", "after")
    left = place.progress()
    reading, begin, *_ = record(place)
    # The killed process had no time to note its seventh iteration.
    assert (left["checkpointed"], reading["completed"], reading["total"]) == (6, 6, 12)
    assert reading["remainingSeconds"] == reading["restartSeconds"] == left["restartSeconds"] > left["remainingSeconds"]
    assert reading["readSeconds"] == left["readSeconds"]
    assert (begin["completed"], begin["checkpointed"], begin["resumedFrom"]) == (7, 7, [7])
    assert begin["secondsPerIteration"] > 0


@pytest.mark.parametrize("content", ["", "[]", '{"restartSeconds": "soon", "resumedFrom": 3, "total": null}'])
def test_a_progress_file_that_makes_no_sense_counts_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "progress.json"
    path.write_text(content)
    ProgressFile(tmp_path).reading(15)
    step = json.loads(path.read_text())
    assert (step["resumedFrom"], step["total"], "remainingSeconds" in step) == ([], 45, False)


def test_a_rate_is_what_was_expected_until_it_is_measured() -> None:
    rate = Rate(expected=5.0)
    assert rate.each == 5.0
    rate.add(seconds=3.0, units=2)
    rate.add(seconds=1.0, units=2)
    assert rate.each == 1.0


@pytest.mark.parametrize(
    ("phase", "prepared", "snapshots", "ranked"),
    [
        ("tune", False, 3, 1100),
        ("tune", True, 2, 1100),
        ("evaluate", False, 2, 200),
        ("evaluate", True, 1, 200),
        ("refit", False, 1, 0),
        ("refit", True, 0, 0),
    ],
)
def test_what_is_left_counts_the_snapshots_and_rankings_of_later_phases(
    phase: str, prepared: bool, snapshots: int, ranked: int
) -> None:
    assert work_from(phase, 7, judged=100, readers=50, prepared=prepared) == Work(7, snapshots, ranked, 50)


def test_the_time_left_is_the_sum_over_all_kinds_of_work() -> None:
    pace = Pace(iteration=Rate(10.0), snapshot=Rate(2.0), ranking=Rate(0.1), writing=Rate(0.5))
    assert pace.seconds_for(Work(iterations=3, snapshots=2, ranked=40, written=8)) == 30 + 4 + 4 + 4

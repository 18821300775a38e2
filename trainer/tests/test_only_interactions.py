"""A job that is told to make interactions only: what a whole training would have kept, and nothing else."""

from .support import RUN_DATE, Place, fill, newsroom


def test_it_keeps_the_same_interactions_as_a_whole_training(trained: Place, place: Place) -> None:
    place.configure(only="interactions")
    fill(place, newsroom(taste=0.8))
    result = place.run()
    assert result.returncode == 0, result.stderr
    kept = {path: content for path, content in _files(trained).items() if path.startswith("interactions/")}
    assert len(kept) == 3
    made = _files(place)
    assert set(made) == {*kept, "manifest.json"}
    assert {path: made[path] for path in kept} == kept
    manifest = place.json("manifest.json")
    assert (manifest["runDate"], manifest["version"]) == (RUN_DATE, f"{RUN_DATE}.01")
    assert (manifest["items"], manifest["readers"]) == (0, 0)
    assert {file["kind"] for file in manifest["files"]} == {"interactions"}
    assert "phase=" not in result.stdout


def test_it_refuses_a_day_that_a_training_would_refuse(place: Place) -> None:
    place.configure(only="interactions")
    place.put(b"no gzip at all")
    result = place.run()
    assert result.returncode == 2
    assert place.failure().startswith("DataRejected: ")


def test_nothing_else_can_be_asked_for(place: Place) -> None:
    place.configure(only="lists")
    assert place.run().returncode == 1
    assert place.failure() == "TrainingError: hyperparameter 'only' is 'lists' but must be interactions"


def _files(place: Place) -> dict[str, bytes]:
    paths = {path.relative_to(place.model).as_posix(): path for path in place.model.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in paths.items()}

"""Readers who are to be forgotten: out of everything that is learnt, kept and written."""

import hashlib
import json

import polars as pl
import pytest

from frontpage_trainer.erasures import read_erasures
from frontpage_trainer.errors import DataRejected
from frontpage_trainer.hyperparameters import parse_hyperparameters
from frontpage_trainer.interactions import SCHEMA
from frontpage_trainer.window import read_window

from .support import HYPERPARAMETERS, Place, click


def forget(place: Place, user: str) -> None:
    name = hashlib.sha256(user.encode()).hexdigest()
    path = place.root / f"input/data/erasures/erasures/{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"schema": 1, "reader": name}))


def read(place: Place):
    kept: dict = {}
    erased = read_erasures(place.root / "input/data/erasures")
    parameters = parse_hyperparameters(HYPERPARAMETERS)
    data, counts = read_window(
        place.clicks, place.interactions, None, parameters, kept.__setitem__, lambda: None, erased
    )
    return data, counts, kept


def test_a_forgotten_reader_is_in_no_data_and_in_no_file_and_every_line_is_still_counted(place: Place) -> None:
    place.put_clicks([click(f"e{n}", user, "a1", "10:00:00") for n, user in enumerate(["u1", "u2", "u2"])])
    day = pl.DataFrame(
        {"user_id": ["u1", "u2"], "article_id": ["a1", "a1"], "clicks": [4, 5], "last_at": [0, 0], "first_at": [0, 0]}
        | {"section": ["s", "s"]}
    )
    day = day.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
    place.put_interactions("2026-11-22", day)
    assert set(read(place)[0].user_ids) == {"u1", "u2"}
    forget(place, "u2")
    data, counts, kept = read(place)
    assert list(data.user_ids) == ["u1"]
    assert (counts.erased, counts.used, counts.lines, counts.run_date) == (2, 1 + 4, 3, 1)
    assert all("u2" not in set(frame["user_id"]) for frame in kept.values())


def test_the_whole_job_writes_no_list_for_a_forgotten_reader(trained: Place, tmp_path) -> None:
    assert "u#r7" in trained.lists()
    place = Place(tmp_path / "opt-ml")
    place.configure()
    for path in trained.clicks.rglob("*.gz"):
        target = place.clicks / path.relative_to(trained.clicks)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    forget(place, "r7")
    assert place.run().returncode == 0
    assert set(trained.lists()) - set(place.lists()) == {"u#r7"}
    everything = b"".join(path.read_bytes() for path in place.model.rglob("*") if path.is_file())
    assert b'"u#r7"' not in everything


def test_an_object_that_is_named_by_no_hash_is_rejected(place: Place) -> None:
    path = place.root / "input/data/erasures/erasures/u2.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    with pytest.raises(DataRejected, match=r"u2\.json of channel erasures"):
        read_erasures(place.root / "input/data/erasures")

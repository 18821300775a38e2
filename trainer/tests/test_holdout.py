"""The holdout and the catalogue of the artefact: enough to measure the candidate again without the trainer."""

import gzip
import json
import math

import numpy as np
import pytest

from frontpage_trainer import evaluation
from frontpage_trainer.evaluation import truth_between
from frontpage_trainer.holdout import holdout_file
from frontpage_trainer.ranking import rank
from frontpage_trainer.snapshot import take_snapshot

from .support import Place, newsroom
from .test_learning import PARAMETERS, dataset_of


def rows_of(content: bytes) -> tuple[list[str], list[dict[str, list[str]]]]:
    """Popularity, and for each reader what the file says."""
    head, *lines = [json.loads(line) for line in gzip.decompress(content).decode().splitlines()]
    return head["popular"].split(), [{name: text.split() for name, text in line.items()} for line in lines]


def recall(articles: list[str], opened: list[str]) -> float:
    return len(set(articles[:10]) & set(opened)) / len(opened)


def ndcg(articles: list[str], opened: list[str]) -> float:
    gain = sum(1 / math.log2(place + 2) for place, article in enumerate(articles[:10]) if article in opened)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(10, len(opened))))


def test_the_metrics_follow_from_the_file_alone(trained: Place) -> None:
    metrics = trained.json("metrics.json")["evaluation"]
    popular, rows = rows_of((trained.model / "holdout.ndjson.gz").read_bytes())
    assert metrics["readers"] == len(rows) > 100
    assert metrics["clicks"] == sum(len(row["opened"]) for row in rows)
    unread = [[article for article in popular if article not in row["read"]] for row in rows]
    for kind, lists in (("candidate", [row["list"] for row in rows]), ("popular", unread)):
        pairs = list(zip(lists, [row["opened"] for row in rows], strict=True))
        recalls, gains = [recall(*pair) for pair in pairs], [ndcg(*pair) for pair in pairs]
        assert metrics[kind]["recallAt10"] == pytest.approx(sum(recalls) / len(recalls), abs=1e-9)
        assert metrics[kind]["ndcgAt10"] == pytest.approx(sum(gains) / len(gains), abs=1e-9)


def test_readers_are_sorted_and_neither_list_nor_truth_holds_what_was_read(trained: Place) -> None:
    _, rows = rows_of((trained.model / "holdout.ndjson.gz").read_bytes())
    readers = [row["reader"] for row in rows]
    assert readers == sorted(readers)
    for row in rows:
        assert not set(row["read"]) & (set(row["list"]) | set(row["opened"]))
        assert len(set(row["list"])) == len(row["list"]) == 10


def test_of_many_readers_as_many_as_may_be_are_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    data, _ = dataset_of(0.8)
    monkeypatch.setattr(evaluation, "MAX_READERS", 50)
    cut = PARAMETERS.holdout_start_ms
    snapshot = take_snapshot(data, cut, PARAMETERS)
    truth = truth_between(data, snapshot, cut, PARAMETERS.end_ms, seed=1)
    lists = rank(snapshot, truth.readers, 10, None)
    content = holdout_file(data, snapshot, truth, lists)
    assert content == holdout_file(data, snapshot, truth, lists)
    popular, rows = rows_of(content)
    assert len(rows) == 50
    for row in rows:
        assert [article for article in popular if article not in row["read"]][:10] == row["list"]


def test_the_catalogue_has_each_article_of_a_list_with_its_first_click(trained: Place) -> None:
    lines = gzip.decompress((trained.model / "catalogue.ndjson.gz").read_bytes()).decode().splitlines()
    first_seen = {line["id"]: line["firstSeenMs"] for line in map(json.loads, lines)}
    assert len(first_seen) == len(lines) == trained.json("metrics.json")["candidates"]
    assert {article for articles in trained.lists().values() for article in articles} <= set(first_seen)
    clicks = [click for day in newsroom(taste=0.8).values() for click in day]
    for article in list(first_seen)[:50]:
        first = min(click["occurred_at"] for click in clicks if click["article_id"] == article)
        assert np.datetime64(first.removesuffix("Z"), "ms").astype(int) == first_seen[article]

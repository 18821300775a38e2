"""A whole training as a process: what it prints, what it leaves, and how it fails. Formats in docs/formats.md."""

import gzip
import hashlib
import json
import re

import polars as pl
import pytest

from .support import RUN_DATE, Place, click, fill, lines, newsroom


def test_the_manifest_lists_every_file_with_its_count_size_and_hash(trained: Place) -> None:
    manifest = trained.json("manifest.json")
    assert set(manifest) == {"schema", "runDate", "version", "scope", "items", "readers", "files"}
    assert (manifest["schema"], manifest["runDate"], manifest["version"]) == (1, RUN_DATE, f"{RUN_DATE}.01")
    assert manifest["scope"] == "0123abcd"
    listed = {file["path"]: file for file in manifest["files"]}
    on_disk = {path.relative_to(trained.model).as_posix() for path in trained.model.rglob("*") if path.is_file()}
    assert set(listed) == on_disk - {"manifest.json"}
    for path, file in listed.items():
        content = (trained.model / path).read_bytes()
        assert (file["sizeBytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        if file["kind"] == "shard":
            assert file["items"] == len(gzip.decompress(content).splitlines())
    kinds = {path: file["kind"] for path, file in listed.items()}
    assert kinds["metrics.json"] == "metrics"
    assert kinds[f"interactions/dt={RUN_DATE}/interactions.parquet"] == "interactions"
    assert [kinds[f"recommendations/part-0000{number}.json.gz"] for number in range(3)] == ["shard"] * 3
    assert manifest["items"] == sum(file["items"] for file in manifest["files"] if file["kind"] == "shard")
    assert manifest["readers"] == len([pk for pk in trained.lists() if pk.startswith("u#")]) == 300


def test_a_shard_line_is_the_documented_dynamodb_json(trained: Place) -> None:
    path = trained.model / "recommendations/part-00000.json.gz"
    line = gzip.decompress(path.read_bytes()).decode().splitlines()[0]
    item = json.loads(line)["Item"]
    assert line == (
        f'{{"Item":{{"pk":{{"S":"{item["pk"]["S"]}"}},"sk":{{"S":"v#{RUN_DATE}.01"}},'
        f'"articles":{{"S":"{item["articles"]["S"]}"}},"expires_at":{{"N":"1764547200"}}}}}}'
    )
    assert re.fullmatch(r"u#r\d+", item["pk"]["S"])
    assert len(item["articles"]["S"].split(" ")) == 20


def test_metrics_have_the_documented_fields_and_no_nan(trained: Place) -> None:
    metrics = trained.json("metrics.json")
    none = dict.fromkeys(("heartbeats", "malformed", "duplicates", "outsideWindow", "future", "erased", "inhuman"), 0)
    assert metrics["clicks"] == {"lines": 10800, "used": 10800, "runDate": 3600, **none}
    assert list(metrics) == [
        *("schema", "runDate", "version", "clicks", "ledger", "readers", "inhumanReaders", "articles", "candidates"),
        *("evaluation", "training"),
    ]
    assert (metrics["ledger"], metrics["inhumanReaders"]) == (None, 0)
    assert set(metrics["evaluation"]) == {"readers", "clicks", "candidate", "popular", "priorWeight", "holdoutHours"}
    for list_kind in ("candidate", "popular"):
        quality = metrics["evaluation"][list_kind]
        assert set(quality) == {"recallAt10", "ndcgAt10"}
        assert all(0 < value < 1 for value in quality.values())
    assert set(metrics["training"]) == {"iterations", "factors", "resumedFrom", "fitSeconds"}
    assert metrics["training"]["resumedFrom"] == []
    assert "NaN" not in (trained.model / "metrics.json").read_text()


def test_standard_output_can_be_followed_line_by_line(trained: Place) -> None:
    printed = (trained.root / "stdout").read_text().splitlines()
    steps = [line for line in printed if line.startswith("phase=")]
    assert all(re.fullmatch(r"phase=\w+ iteration=\d/4 seconds=\d+\.\d\d", line) for line in steps)
    names = [line.rsplit(" ", 1)[0] for line in steps]
    assert names == [f"phase={phase} iteration={n}/4" for phase in ("tune", "evaluate", "refit") for n in (1, 2, 3, 4)]
    number = r"0\.\d{6}"
    assert re.fullmatch(
        f"recall_at_10={number} ndcg_at_10={number} popular_recall_at_10={number} popular_ndcg_at_10={number}",
        printed[-1],
    )


def test_progress_says_how_far_the_training_is(trained: Place) -> None:
    progress = trained.progress()
    assert progress.pop("secondsPerIteration") > 0
    assert progress.pop("restartSeconds") >= progress.pop("readSeconds") > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", progress.pop("updatedAt"))
    assert progress == {
        **{"phase": "writing", "iteration": 4, "iterations": 4, "completed": 12, "total": 12, "checkpointed": 12},
        **{"resumedFrom": [], "remainingSeconds": 0.0},
    }


def test_interactions_of_each_complete_day_are_sorted_and_add_up(trained: Place) -> None:
    files = sorted(trained.model.glob("interactions/dt=*/interactions.parquet"))
    assert [path.parent.name for path in files] == ["dt=2026-11-21", "dt=2026-11-22", "dt=2026-11-23"]
    for path in files:
        frame = pl.read_parquet(path, hive_partitioning=False)
        assert frame.columns == ["user_id", "article_id", "clicks", "last_at", "first_at", "section"]
        assert frame.equals(frame.sort("user_id", "article_id"))
        assert frame["clicks"].sum() == 3600


def test_lists_hold_no_article_that_was_read_or_is_stale_and_none_twice(trained: Place) -> None:
    days = newsroom(taste=0.8)
    read: dict[str, set[str]] = {}
    fresh: set[str] = set()
    for day, clicks in days.items():
        for one in clicks:
            read.setdefault(one["user_id"], set()).add(one["article_id"])
            if day >= "2026-11-22":
                fresh.add(one["article_id"])
    lists = trained.lists()
    assert {pk.removeprefix("u#") for pk in lists if pk.startswith("u#")} == set(read)
    for pk, articles in lists.items():
        assert len(set(articles)) == len(articles)
        assert set(articles) <= fresh
        assert not set(articles) & read.get(pk.removeprefix("u#"), set())
        assert len(articles) == 20


def test_there_is_a_popular_list_and_one_for_each_section_in_order_of_recent_clicks(trained: Place) -> None:
    counts: dict[str, int] = {}
    for one in newsroom(taste=0.8)[RUN_DATE]:
        counts[one["article_id"]] = counts.get(one["article_id"], 0) + 1
    lists = trained.lists()
    assert {pk for pk in lists if pk.startswith("list#")} == {
        "list#popular",
        *(f"list#section#s{number}" for number in range(5)),
    }
    ranked = sorted(counts.values(), reverse=True)
    assert [counts[article] for article in lists["list#popular"]] == ranked[:20]
    assert all("-s3-" in article for article in lists["list#section#s3"])


def test_a_blend_wins_where_readers_have_taste(trained: Place) -> None:
    evaluation = trained.json("metrics.json")["evaluation"]
    assert evaluation["priorWeight"] is not None
    assert evaluation["candidate"]["recallAt10"] > 1.3 * evaluation["popular"]["recallAt10"]
    assert evaluation["candidate"]["ndcgAt10"] > 1.3 * evaluation["popular"]["ndcgAt10"]


def test_popularity_alone_wins_where_there_is_no_taste_and_nothing_more_is_fitted(place: Place) -> None:
    fill(place, newsroom(taste=0.0))
    result = place.run()
    assert result.returncode == 0, result.stderr
    evaluation = place.json("metrics.json")["evaluation"]
    assert evaluation["priorWeight"] is None
    assert evaluation["candidate"] == evaluation["popular"]
    assert {line.split()[0] for line in result.stdout.splitlines() if line.startswith("phase=")} == {"phase=tune"}
    before = place.artefact()
    assert place.run().returncode == 0
    assert place.artefact() == before
    progress = place.progress()
    assert (progress["completed"], progress["total"], progress["resumedFrom"]) == (4, 4, [4])
    popular = place.lists()["list#popular"]
    for articles in place.lists().values():
        assert len(articles) == 20
    assert sum(articles[0] == popular[0] for pk, articles in place.lists().items() if pk.startswith("u#")) > 100


def test_a_day_whose_clicks_are_all_late_is_trained_on_popularity_with_a_warning(place: Place) -> None:
    place.put_clicks([click(f"e{n}", f"u{n % 3}", f"a{n}", f"23:00:{n:02d}") for n in range(30)])
    result = place.run()
    assert result.returncode == 0, result.stderr
    assert "nothing to tune on" in result.stderr
    metrics = place.json("metrics.json")
    assert metrics["evaluation"]["priorWeight"] is None
    assert metrics["readers"] == 3
    assert len(place.lists()["u#u0"]) == 20


def test_a_reader_who_has_read_every_candidate_gets_no_list(place: Place) -> None:
    place.put_clicks(
        [click(f"e{n}", "u1", f"a{n}", "10:00:00") for n in range(5)] + [click("x", "u2", "a1", "11:00:00")]
    )
    assert place.run().returncode == 0
    assert set(place.lists()) == {"u#u2", "list#popular"}
    assert len(place.lists()["u#u2"]) == 4
    assert place.json("manifest.json")["readers"] == place.json("metrics.json")["readers"] == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(None, "DataRejected: there are no clicks of the run date 2026-11-23", id="an empty lake"),
        pytest.param(b"", "DataRejected: there are no clicks of the run date 2026-11-23", id="an empty object"),
        pytest.param(
            b"\x1f\x8b\x00\x00", f"DataRejected: clicks/dt={RUN_DATE}/hr=12/a.gz cannot", id="a broken object"
        ),
    ],
)
def test_unusable_input_ends_with_exit_code_2_and_a_sentence(
    place: Place, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        place.put(content)
    assert place.run().returncode == 2
    assert place.failure().startswith(sentence)
    assert "\n" not in place.failure()
    assert not (place.model / "manifest.json").exists()


def test_a_bad_hyperparameter_ends_with_exit_code_1_and_its_name(place: Place) -> None:
    place.configure(alpha="lots")
    assert place.run().returncode == 1
    assert place.failure() == "TrainingError: hyperparameter 'alpha' is 'lots' but must be a number from 1e-06 to 1e+06"


def test_an_unexpected_error_ends_with_exit_code_1_and_its_traceback_on_standard_error(place: Place) -> None:
    place.put(lines([click("e1", "u1", "a1", "10:00:00")]))
    (place.root / "model").write_text("a file where a folder should be")
    result = place.run()
    assert result.returncode == 1
    assert "Traceback" in result.stderr
    assert place.failure().startswith("TrainingError: ")

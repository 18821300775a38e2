"""Fitting, ranking and measuring, each against a slow and obvious way of doing the same."""

import math
from collections import defaultdict
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from frontpage_trainer.als import Factors, Fitting, initial_factors
from frontpage_trainer.clock import HOUR_MS
from frontpage_trainer.dataset import Dataset, build_dataset
from frontpage_trainer.errors import TrainingError
from frontpage_trainer.evaluation import judge, truth_between
from frontpage_trainer.hyperparameters import parse_hyperparameters
from frontpage_trainer.interactions import fold, sort_clicks
from frontpage_trainer.ranking import Blend, rank
from frontpage_trainer.snapshot import take_snapshot

from .support import HYPERPARAMETERS, clicks_of, newsroom

PARAMETERS = parse_hyperparameters(HYPERPARAMETERS)


def dataset_of(taste: float) -> tuple[Dataset, pl.DataFrame]:
    """The data set of a newsroom in the slices of a run, and its clicks one by one. Nobody opens an article twice, so
    that clicks can be counted without folding them."""
    clicks = pl.DataFrame([one for day in newsroom(taste).values() for one in day]).with_columns(
        pl.col("occurred_at").str.to_datetime(time_unit="ms", time_zone="UTC").alias("at")
    )
    clicks = clicks.unique(subset=["user_id", "article_id"], keep="first", maintain_order=True)
    coded, ids = clicks_of(clicks)
    cuts = [0, PARAMETERS.tune_start_ms, PARAMETERS.holdout_start_ms, PARAMETERS.end_ms]
    slices = [coded.where((coded.at_ms >= start) & (coded.at_ms < end)) for start, end in pairwise(cuts)]
    return build_dataset([fold(sort_clicks(part)) for part in slices], ids), clicks


def fitted(data: Dataset, cut_ms: int, iterations: int = 4) -> Factors:
    fitting = Fitting(take_snapshot(data, cut_ms, PARAMETERS).confidence, 0.5)
    factors = initial_factors(len(data.user_ids), len(data.article_ids), 8, (42, 0))
    for _ in range(iterations):
        fitting.iterate(factors)
    return factors


def test_the_confidence_of_an_interaction_is_never_below_that_of_none() -> None:
    data, _ = dataset_of(0.5)
    confidence = take_snapshot(data, PARAMETERS.end_ms, PARAMETERS).confidence
    pairs = defaultdict(float)
    for user, article, at_ms, clicks in zip(data.user, data.article, data.at_ms, data.clicks, strict=True):
        age = (PARAMETERS.end_ms - at_ms) / HOUR_MS
        pairs[int(user), int(article)] += int(clicks) * 0.5 ** (age / PARAMETERS.half_life_hours)
    assert confidence.nnz == len(pairs)
    assert confidence.data.min() > 1
    for (user, article), weight in list(pairs.items())[:200]:
        assert confidence[user, article] == pytest.approx(1 + PARAMETERS.alpha * weight, rel=1e-6)


def test_factors_do_not_depend_on_the_number_of_threads() -> None:
    data, _ = dataset_of(0.5)
    with threadpool_limits(limits=1):
        one = fitted(data, PARAMETERS.end_ms)
    with threadpool_limits(limits=4, user_api="openmp"), threadpool_limits(limits=1, user_api="blas"):
        four = fitted(data, PARAMETERS.end_ms)
    assert one.users.tobytes() == four.users.tobytes()
    assert one.items.tobytes() == four.items.tobytes()


def test_fitting_lowers_the_loss_and_leaves_readers_without_interactions_at_zero() -> None:
    data, _ = dataset_of(0.8)
    cut = PARAMETERS.end_ms - 70 * HOUR_MS
    confidence = take_snapshot(data, cut, PARAMETERS).confidence.toarray()

    def loss(factors: Factors) -> float:
        error = (confidence > 0) - factors.users @ factors.items.T
        norms = (factors.users**2).sum() + (factors.items**2).sum()
        return float((np.where(confidence > 0, confidence, 1) * error**2).sum() + 0.5 * norms)

    losses = [loss(fitted(data, cut, iterations)) for iterations in (1, 2, 4, 8)]
    assert losses == sorted(losses, reverse=True)
    absent = confidence.sum(axis=1) == 0
    assert absent.any()
    assert not fitted(data, cut).users[absent].any()


def test_fitting_gives_the_bits_of_the_librarys_own_fit() -> None:
    data, _ = dataset_of(0.5)
    with threadpool_limits(limits=1):
        ours = fitted(data, PARAMETERS.end_ms)
        model = AlternatingLeastSquares(factors=8, regularization=0.5, alpha=1.0, iterations=4)
        start = initial_factors(len(data.user_ids), len(data.article_ids), 8, (42, 0))
        model.user_factors, model.item_factors = start.users, start.items
        model.fit(take_snapshot(data, PARAMETERS.end_ms, PARAMETERS).confidence, show_progress=False)
    assert ours.users.tobytes() == model.user_factors.tobytes()
    assert ours.items.tobytes() == model.item_factors.tobytes()


def test_factors_that_are_not_finite_end_the_training() -> None:
    data, _ = dataset_of(0.5)
    confidence = take_snapshot(data, PARAMETERS.end_ms, PARAMETERS).confidence
    factors = initial_factors(len(data.user_ids), len(data.article_ids), 8, (42, 0))
    factors.items[0, 0] = np.nan
    with pytest.raises(TrainingError, match="not finite"):
        Fitting(confidence, 0.5).iterate(factors)


@pytest.mark.parametrize("weight", [None, 0.5, 4.0])
def test_metrics_equal_those_of_a_naive_recomputation_from_the_clicks(weight: float | None) -> None:
    data, clicks = dataset_of(0.8)
    cut, end = PARAMETERS.holdout_start_ms, PARAMETERS.end_ms
    factors = fitted(data, cut)
    snapshot = take_snapshot(data, cut, PARAMETERS)
    truth = truth_between(data, snapshot, cut, end, seed=1)
    blend = None if weight is None else Blend(factors.users, factors.items, weight)
    means = judge(rank(snapshot, truth.readers, 10, blend), truth).means()

    recalls, gains = naive_quality(data, clicks, factors, weight, cut)
    assert truth.readers.size == len(recalls)
    assert means["recallAt10"] == pytest.approx(sum(recalls) / len(recalls), abs=1e-9)
    assert means["ndcgAt10"] == pytest.approx(sum(gains) / len(gains), abs=1e-9)


def naive_quality(
    data: Dataset, clicks: pl.DataFrame, factors: Factors, weight: float | None, cut: int
) -> tuple[list[float], list[float]]:
    """Reader by reader with dictionaries and sets; shares nothing with the package but the factors and the ids."""
    read, later = defaultdict(set), defaultdict(set)
    recent, last_at, fresh = defaultdict(int), defaultdict(int), set()
    for row in clicks.with_columns(pl.col("at").dt.epoch("ms")).iter_rows(named=True):
        at, article = row["at"], row["article_id"]
        (read if at < cut else later)[row["user_id"]].add(article)
        if cut - 48 * HOUR_MS <= at < cut:
            fresh.add(article)
            last_at[article] = max(last_at[article], at)
        if cut - 24 * HOUR_MS <= at < cut:
            recent[article] += 1
    fresh_articles = sorted(fresh)
    logs = np.array([math.log(1 + recent[article]) for article in fresh_articles])
    prior = (logs - logs.mean()) / logs.std()
    place = {article: number for number, article in enumerate(data.article_ids)}
    number_of = {user: number for number, user in enumerate(data.user_ids)}
    items = factors.items[[place[article] for article in fresh_articles]].astype(float)

    recalls, gains = [], []
    for user, opened in later.items():
        wanted = opened - read[user]
        if not wanted:
            continue
        order = sorted(fresh_articles, key=lambda article: (-recent[article], -last_at[article], article))
        if weight is not None and read[user]:
            personal = items @ factors.users[number_of[user]].astype(float)
            scores = (personal - personal.mean()) / personal.std() + weight * prior
            order = [fresh_articles[index] for index in np.argsort(-scores)]
        top = [article for article in order if article not in read[user]][:10]
        recalls.append(len(wanted & set(top)) / len(wanted))
        gain = sum(1 / math.log2(position + 2) for position, article in enumerate(top) if article in wanted)
        gains.append(gain / sum(1 / math.log2(position + 2) for position in range(min(10, len(wanted)))))
    return recalls, gains


def test_a_reader_who_is_unknown_to_the_factors_gets_the_popular_list() -> None:
    data, _ = dataset_of(0.8)
    cut = PARAMETERS.end_ms
    factors = fitted(data, cut)
    factors.users[:10] = 0
    snapshot = take_snapshot(data, cut, PARAMETERS)
    readers = np.arange(20)
    blended = rank(snapshot, readers, 20, Blend(factors.users, factors.items, 1.0))
    popular = rank(snapshot, readers, 20, None)
    assert (blended[:10] == popular[:10]).all()
    assert (blended[10:] != popular[10:]).any(axis=1).all()


@pytest.mark.parametrize("candidates", [5, 50, 1003])
def test_the_best_are_found_among_few_candidates_and_among_many(candidates: int) -> None:
    random = np.random.default_rng(candidates)
    users = random.standard_normal((700, 4)).astype(np.float32)
    items = random.standard_normal((candidates, 4)).astype(np.float32)
    rows = pl.DataFrame(
        {
            "user_id": [f"u{number:04d}" for number in range(700)] * 2,
            "article_id": [f"a{number % candidates:04d}" for number in range(1400)],
            "at": [PARAMETERS.end_ms - 1 - number for number in range(1400)],
        }
    ).with_columns(pl.col("at").cast(pl.Datetime("ms", "UTC")), pl.lit(None, pl.String).alias("section"))
    coded, ids = clicks_of(rows)
    data = build_dataset([fold(sort_clicks(coded))], ids)
    snapshot = take_snapshot(data, PARAMETERS.end_ms, PARAMETERS)
    lists = rank(snapshot, np.arange(700), 20, Blend(users, items, 1e-9))
    scores = (users @ items.T).astype(float)
    scores[data.user, data.article] = -np.inf
    for reader, articles in enumerate(lists):
        found = articles[articles >= 0]
        assert len(found) == min(20, int(np.isfinite(scores[reader]).sum()))
        best = np.sort(scores[reader][np.isfinite(scores[reader])])[::-1][: len(found)]
        assert scores[reader][found] == pytest.approx(best, abs=1e-5)

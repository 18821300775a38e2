"""The set-up of fitting, ranking and measuring against figures that others have published. The data's licence forbids
shipping it: FRONTPAGE_ML100K names the folder of ml-100k as the PyPI wheel of recbole 1.2.1 has it."""

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from frontpage_trainer.als import Fitting, initial_factors
from frontpage_trainer.dataset import build_dataset
from frontpage_trainer.evaluation import AT, judge, truth_between
from frontpage_trainer.hyperparameters import parse_hyperparameters
from frontpage_trainer.interactions import fold, sort_clicks
from frontpage_trainer.ranking import Blend, rank
from frontpage_trainer.snapshot import take_snapshot

from .support import HYPERPARAMETERS, clicks_of

FOLDER = os.environ.get("FRONTPAGE_ML100K")
FACTORS = 20
PARAMETERS = parse_hyperparameters({**HYPERPARAMETERS, "alpha": "2", "half_life_hours": "1e6"})


@pytest.mark.skipif(FOLDER is None, reason="FRONTPAGE_ML100K names no folder")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_on_ml_100k_als_alone_is_as_good_as_published(seed: int) -> None:
    # Protocol and figure (NDCG@10 0.4792): README of Microsoft Recommenders. A random quarter of all ratings is the
    # truth, and every rating is positive.
    ratings = pl.read_csv(Path(str(FOLDER)) / "ml-100k.inter", separator="\t", infer_schema=False)
    later = np.random.default_rng(seed).random(ratings.height) < 0.25
    cut = PARAMETERS.holdout_start_ms
    clicks, ids = clicks_of(
        ratings.select(
            pl.col("user_id:token").alias("user_id"),
            pl.col("item_id:token").alias("article_id"),
            pl.lit(None, pl.String).alias("section"),
            pl.Series("at", np.where(later, cut, cut - 1)).cast(pl.Datetime("ms", "UTC")),
        )
    )
    data = build_dataset([fold(sort_clicks(clicks.where(~later))), fold(sort_clicks(clicks.where(later)))], ids)
    snapshot = take_snapshot(data, cut, PARAMETERS)
    truth = truth_between(data, snapshot, cut, PARAMETERS.end_ms, seed)
    factors = initial_factors(len(data.user_ids), len(data.article_ids), FACTORS, (seed, 0))
    fitting = Fitting(snapshot.confidence, regularization=10.0)
    with threadpool_limits(limits=1, user_api="blas"):
        for _ in range(15):
            fitting.iterate(factors)
    taste_alone = Blend(factors.users, factors.items, weight=1e-9)
    quality = judge(rank(snapshot, truth.readers, AT, taste_alone), truth).means()
    print(quality)
    assert quality["ndcgAt10"] >= 0.44

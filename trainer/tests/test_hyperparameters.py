"""What the job is told is checked before anything else is done."""

import math
from typing import Any

import pytest

from frontpage_trainer.errors import TrainingError
from frontpage_trainer.hyperparameters import parse_hyperparameters

REQUIRED = {"run_date": "2026-11-23", "version": "2026-11-23.01", "scope": "s", "expires_at": "1764547200"}


def test_what_is_not_given_has_the_documented_default() -> None:
    values = parse_hyperparameters(REQUIRED)
    assert (values.history_days, values.factors, values.iterations) == (7, 16, 15)
    assert (values.regularization, values.alpha, values.half_life_hours) == (10, 1, 168)
    assert (values.candidate_hours, values.popular_hours, values.holdout_hours) == (48, 3, 6)
    assert (values.list_length, values.readers_per_shard, values.seed) == (20, 5000, 42)
    assert values.checkpoint_seconds == math.inf
    assert (values.max_malformed_share, values.max_duplicate_share, values.max_future_share) == (0.05, 0.5, 0.02)
    assert (values.max_clicks_per_reader_hour, values.max_inhuman_share) == (500, 0.2)
    assert values.max_missing_clicks_share == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("run_date", "2026-02-30"),
        ("run_date", "yesterday"),
        ("version", "2026-11-23"),
        ("version", "2026-11-22.01"),
        ("scope", ""),
        ("expires_at", "soon"),
        ("factors", "0"),
        ("factors", "64.5"),
        ("factors", 64),
        ("iterations", "-1"),
        ("regularization", "nan"),
        ("alpha", "0"),
        ("half_life_hours", "inf"),
        ("holdout_hours", "13"),
        ("popular_hours", "49"),
        ("list_length", " 20"),
        ("seed", "4294967296"),
        ("max_malformed_share", "5%"),
        ("max_duplicate_share", "1.01"),
        ("max_future_share", "-0.1"),
        ("max_clicks_per_reader_hour", "0"),
        ("max_clicks_per_reader_hour", "99.5"),
        ("max_inhuman_share", ""),
        ("max_missing_clicks_share", "2"),
        ("learning_rate", "0.1"),
    ],
)
def test_a_bad_or_unknown_value_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(TrainingError, match=f"hyperparameter '{name}'"):
        parse_hyperparameters({**REQUIRED, name: value})


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_required_value_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(TrainingError, match=f"hyperparameter '{name}' is missing"):
        parse_hyperparameters({key: value for key, value in REQUIRED.items() if key != name})

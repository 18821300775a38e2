"""What the job was told: every value arrives as a string and is checked here, once. Names and meaning in
docs/formats.md."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from .clock import DAY_MS, HOUR_MS, day_start_ms
from .errors import TrainingError


@dataclass(frozen=True)
class Hyperparameters:
    """Checked values; hours and days are whole numbers, `expires_at` is epoch seconds."""

    run_date: date
    version: str
    scope: str
    expires_at: int
    history_days: int = 7
    factors: int = 16
    iterations: int = 15
    regularization: float = 10.0
    alpha: float = 1.0
    half_life_hours: float = 168.0
    candidate_hours: int = 48
    popular_hours: int = 3
    holdout_hours: int = 6
    list_length: int = 20
    readers_per_shard: int = 5000
    checkpoint_seconds: float = math.inf
    max_malformed_share: float = 0.05
    max_duplicate_share: float = 0.5
    max_future_share: float = 0.02
    max_clicks_per_reader_hour: int = 500
    max_inhuman_share: float = 0.2
    max_missing_clicks_share: float = 0.0
    seed: int = 42
    only: str = ""

    @property
    def end_ms(self) -> int:
        """Midnight after the run date."""
        return day_start_ms(self.run_date) + DAY_MS

    @property
    def holdout_start_ms(self) -> int:
        """Begin of the slice that the evaluation is about."""
        return self.end_ms - self.holdout_hours * HOUR_MS

    @property
    def tune_start_ms(self) -> int:
        """Begin of the slice that chooses the weight of the prior; it ends where the evaluation's begins."""
        return self.holdout_start_ms - self.holdout_hours * HOUR_MS

    def learning_config(self) -> dict[str, Any]:
        """What the factors depend on. A checkpoint made under another configuration is not loaded; the version, the
        expiry and the shape of the output may differ, so the next attempt of a run goes on where the last one ended.
        So may the bounds of the data checks: what they change is in the data's fingerprint."""
        irrelevant = {"version", "expires_at", "list_length", "readers_per_shard", "checkpoint_seconds", "only"}
        values = {name: value for name, value in asdict(self).items() if name not in irrelevant}
        values = {name: value for name, value in values.items() if not name.startswith("max_")}
        return {**values, "run_date": self.run_date.isoformat()}


def read_hyperparameters(path: Path) -> Hyperparameters:
    """Raises `TrainingError` that names the parameter."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"hyperparameters.json cannot be read: {error}") from error
    if not isinstance(raw, dict):
        raise TrainingError("hyperparameters.json must be one flat JSON object")
    return parse_hyperparameters(raw)


def parse_hyperparameters(raw: dict[str, Any]) -> Hyperparameters:
    """Raises `TrainingError` that names the parameter: unknown, missing, not a string, or outside its range."""
    unknown = sorted(set(raw) - set(_PARSERS))
    if unknown:
        raise TrainingError(f"hyperparameter '{unknown[0]}' is not known; known are {', '.join(sorted(_PARSERS))}")
    for field in fields(Hyperparameters):
        if field.default is MISSING and field.name not in raw:
            raise TrainingError(f"hyperparameter '{field.name}' is missing; it is required")
    values = Hyperparameters(**{name: _parse(name, text) for name, text in raw.items()})
    _check_together(values)
    return values


def _check_together(values: Hyperparameters) -> None:
    if not values.version.startswith(f"{values.run_date.isoformat()}."):
        raise TrainingError(f"hyperparameter 'version' is '{values.version}' but must be of run_date {values.run_date}")
    if values.popular_hours > values.candidate_hours:
        raise TrainingError(
            f"hyperparameter 'popular_hours' is {values.popular_hours} but must not be above candidate_hours "
            f"{values.candidate_hours}: only candidates are ranked"
        )


def _parse(name: str, text: Any) -> Any:
    if not isinstance(text, str):
        raise TrainingError(f"hyperparameter '{name}' must be a string, not {type(text).__name__}")
    parser, rule = _PARSERS[name]
    try:
        return parser(text)
    except ValueError:
        raise TrainingError(f"hyperparameter '{name}' is '{text[:80]}' but must be {rule}") from None


def _integer(low: int, high: int) -> tuple[Callable[[str], int], str]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return parse, f"a whole number from {low} to {high}"


def _number(low: float, high: float) -> tuple[Callable[[str], float], str]:
    def parse(text: str) -> float:
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) or not low <= float(text) <= high:
            raise ValueError(text)
        return float(text)

    return parse, f"a number from {low:g} to {high:g}"


def _text(pattern: str, rule: str) -> tuple[Callable[[str], str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return text

    return parse, rule


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


_PARSERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "run_date": (_day, "a date YYYY-MM-DD"),
    "version": _text(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]{2}", "a version YYYY-MM-DD.NN"),
    "scope": _text(r"[A-Za-z0-9_.:-]{1,128}", "1 to 128 letters, digits, or _ . : -"),
    "expires_at": _integer(1, 99_999_999_999),
    "history_days": _integer(0, 60),
    "factors": _integer(1, 1024),
    "iterations": _integer(1, 1000),
    "regularization": _number(1e-6, 1e6),
    "alpha": _number(1e-6, 1e6),
    "half_life_hours": _number(0.1, 1e6),
    "candidate_hours": _integer(1, 24 * 61),
    "popular_hours": _integer(1, 24 * 61),
    # Both slices of the evaluation must lie within the run date, whose clicks are known one by one.
    "holdout_hours": _integer(1, 12),
    "list_length": _integer(1, 500),
    "readers_per_shard": _integer(1, 1_000_000),
    "checkpoint_seconds": _number(0, 1e6),
    "max_malformed_share": _number(0, 1),
    "max_duplicate_share": _number(0, 1),
    "max_future_share": _number(0, 1),
    "max_clicks_per_reader_hour": _integer(1, 1_000_000),
    "max_inhuman_share": _number(0, 1),
    "max_missing_clicks_share": _number(0, 1),
    "seed": _integer(0, 2**32 - 1),
    "only": _text("interactions", "interactions"),
}

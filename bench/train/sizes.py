"""How much of what the training bench makes up."""

from dataclasses import dataclass
from datetime import date

RUN_DATE = date(2026, 11, 23)


@dataclass(frozen=True)
class Sizes:
    """`clicks` distinct ones of the run date, `history_clicks` over all days of history."""

    clicks: int
    readers: int
    articles: int
    history_days: int
    history_clicks: int
    seed: int

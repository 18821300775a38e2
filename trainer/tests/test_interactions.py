"""Sorting and folding many clicks in parts, against a slow and obvious way of doing the same."""

from collections import defaultdict

import numpy as np
import pytest

from frontpage_trainer import interactions
from frontpage_trainer.interactions import Clicks, fold, sort_clicks


def made_up(count: int) -> Clicks:
    """Some of a reader's clicks on an article are at the same time, and half of them name no section."""
    random = np.random.default_rng(count)
    return Clicks(
        user=random.integers(40, size=count, dtype=np.int32),
        article=random.integers(9, size=count, dtype=np.int32),
        section=random.integers(-3, 3, size=count, dtype=np.int32).clip(-1),
        at_ms=random.integers(20, size=count),
    )


@pytest.mark.parametrize("count", [0, 1, 10, 3000])
@pytest.mark.parametrize("at_once", [1, 64, 2_000_000])
def test_clicks_fold_to_the_rows_that_dictionaries_give_in_however_many_parts(
    count: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interactions, "_CLICKS_AT_ONCE", at_once)
    clicks = made_up(count)
    folded = fold(sort_clicks(clicks))
    pairs: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for user, article, section, at in zip(clicks.user, clicks.article, clicks.section, clicks.at_ms, strict=True):
        pairs[int(user), int(article)].append((int(at), int(section)))
    expected = [
        (*pair, len(seen), max(seen)[0], min(seen)[0], max([one for one in seen if one[1] >= 0], default=(0, -1))[1])
        for pair, seen in sorted(pairs.items())
    ]
    columns = (folded.user, folded.article, folded.clicks, folded.last_ms, folded.first_ms, folded.section)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected

"""Ranking by bounds, against scoring everything: the same lists, whoever the readers and candidates are."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from frontpage_trainer import ranking
from frontpage_trainer.best import Best
from frontpage_trainer.candidate_bounds import CandidateBounds
from frontpage_trainer.ranking import Blend, Ranker, rank
from frontpage_trainer.snapshot import Snapshot

READERS, CANDIDATES, FACTORS = 300, 5000, 6
KINDS = ("even", "a few far away", "of rank two", "all alike", "of one factor")


def made_up(kind: str, seed: int = 1) -> tuple[Snapshot, NDArray[np.float32], NDArray[np.float32]]:
    """Snapshot, factors of readers, and factors of candidates."""
    random = np.random.default_rng(seed)
    users = random.standard_normal((READERS, FACTORS)).astype(np.float32)
    items = random.standard_normal((CANDIDATES, FACTORS)).astype(np.float32)
    if kind == "a few far away":
        items *= random.lognormal(0, 1.5, (CANDIDATES, 1)).astype(np.float32)
    if kind == "of rank two":
        items = (items[:, :2] @ random.standard_normal((2, FACTORS))).astype(np.float32)
    if kind == "all alike":
        items = (1 + 1e-4 * items).astype(np.float32)
    if kind == "of one factor":
        items[:, 1:] = 0
    prior = np.sort(random.standard_normal(CANDIDATES).astype(np.float32))[::-1].copy()
    read = sparse.random(READERS, CANDIDATES, density=0.004, format="csr", rng=random, dtype=np.float32)
    # One reader has read almost everything, one everything, and one all that is popular.
    dense = read.toarray()
    dense[0] = 1
    dense[0, 17::500] = 0
    dense[1] = 1
    dense[2, :1500] = 1
    read = sparse.csr_matrix(dense)
    # The numbers of articles are not those of places.
    return Snapshot(read, np.arange(CANDIDATES, dtype=np.int32)[::-1].copy(), prior, read), users, items


def scores_of(snapshot: Snapshot, users: NDArray[np.float32], items: NDArray[np.float32], weight: float):
    """By the definition, in double precision; what was read is -inf."""
    personal = users.astype(float) @ items.astype(float).T
    centred = personal - personal.mean(axis=1, keepdims=True)
    scores = centred / personal.std(axis=1, keepdims=True) + weight * snapshot.prior
    scores[snapshot.read.toarray() != 0] = -np.inf
    return scores


@pytest.mark.parametrize("weight", [1e-6, 0.5, 4.0, 64.0])
@pytest.mark.parametrize("kind", KINDS)
def test_lists_hold_the_best_of_all_candidates_in_order(kind: str, weight: float) -> None:
    snapshot, users, items = made_up(kind)
    # `items` of a blend are by article, and article CANDIDATES - 1 is in the first place.
    lists = rank(snapshot, np.arange(READERS), 20, Blend(users, items[::-1], weight))
    scores = scores_of(snapshot, users, items, weight)
    tolerance = 2e-4 * max(1.0, weight)
    for reader, articles in enumerate(lists):
        places = CANDIDATES - 1 - articles[articles >= 0]
        assert len(set(places)) == len(places) == min(20, int(np.isfinite(scores[reader]).sum()))
        best = np.sort(scores[reader])[::-1][: len(places)]
        assert scores[reader][places] == pytest.approx(best, abs=tolerance)
    assert (lists[1] == -1).all()


@pytest.mark.parametrize("kind", KINDS)
def test_no_score_is_above_its_bound(kind: str) -> None:
    snapshot, users, items = made_up(kind)
    for weight in (1e-6, 4.0):
        bounds = CandidateBounds(items, snapshot.prior, weight)
        queries = bounds.queries(users, bounds.spread(users))
        scores = queries.rows @ bounds.columns
        for column in range(0, CANDIDATES, 97):
            assert (scores[:, column:].max(axis=1) <= bounds.beyond(column, queries)).all()


def test_most_candidates_are_not_scored_where_popularity_weighs_much(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot, users, items = made_up("even")
    scored: list[int] = []
    add = Best.add

    def counted(best: Best, rows, scores, start) -> None:
        scored.append(scores.size)
        add(best, rows, scores, start)

    monkeypatch.setattr(Best, "add", counted)
    Ranker(snapshot, Blend(users, items[::-1], 16.0)).lists(np.arange(3, READERS), 20)
    assert 0 < sum(scored) < READERS * CANDIDATES / 5


def test_equal_scores_are_in_order_of_popularity() -> None:
    snapshot, users, _ = made_up("even")
    # Candidates in fours with the same factors and the same prior, far apart from each other in the tiles.
    random = np.random.default_rng(2)
    items = np.tile(random.standard_normal((CANDIDATES // 4, FACTORS)).astype(np.float32), (4, 1))
    prior = np.tile(snapshot.prior[::4], 4)
    alike = Snapshot(snapshot.read, np.arange(CANDIDATES, dtype=np.int32), prior, snapshot.read)
    lists = rank(alike, np.arange(3, READERS), 20, Blend(users, items, 0.5))
    read = snapshot.read.toarray() != 0
    for reader, places in zip(range(3, READERS), lists, strict=True):
        for place in places:
            twins = [
                twin for twin in range(place % (CANDIDATES // 4), place, CANDIDATES // 4) if not read[reader, twin]
            ]
            assert set(twins) <= set(places[: list(places).index(place)])


def test_lists_do_not_depend_on_the_number_of_threads_nor_on_blocks_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "BLOCK", 64)
    snapshot, users, items = made_up("a few far away")
    blend = Blend(users, items[::-1], 2.0)
    everybody = rank(snapshot, np.arange(READERS), 20, blend)
    assert (Ranker(snapshot, blend).lists(np.arange(READERS), 20) == everybody).all()


def test_without_candidates_lists_are_empty() -> None:
    none = sparse.csr_matrix((5, 0), dtype=np.float32)
    snapshot = Snapshot(none, np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32), none)
    for blend in (None, Blend(np.ones((5, 2), np.float32), np.ones((3, 2), np.float32), 1.0)):
        assert (rank(snapshot, np.arange(5), 4, blend) == -1).all()
        assert rank(snapshot, np.arange(0), 4, blend).shape == (0, 4)

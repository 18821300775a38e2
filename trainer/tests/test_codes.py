"""Ids as numbers: hashes while objects are read, ranks afterwards."""

import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from frontpage_trainer import codes
from frontpage_trainer.codes import Names, Ranks
from frontpage_trainer.in_order import in_order


def _rows(users: list[str | None]) -> pl.DataFrame:
    size = len(users)
    columns = {"user_id": users, "article_id": ["a"] * size, "section": [None] * size}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _ranks(texts: dict[str, int]) -> Ranks:
    def hashes_of(ids: pl.Series) -> NDArray[np.uint64]:
        return np.array([texts[text] for text in ids], dtype=np.uint64)

    return Ranks(pl.Series(list(texts), dtype=pl.String), hashes_of)


@pytest.mark.parametrize("latest_bits", [2, 22])
def test_an_id_has_its_rank_in_order_of_bytes_whenever_and_wherever_it_was_seen(
    monkeypatch: pytest.MonkeyPatch, latest_bits: int
) -> None:
    monkeypatch.setattr(codes, "_AT_ONCE", 16)
    monkeypatch.setattr(codes, "_LATEST_BITS", latest_bits)
    random = np.random.default_rng(1)
    users = [f"u{number}" for number in random.integers(300, size=2000)]
    names = Names()
    parts = [*in_order(lambda start: names.encode(_rows(users[start : start + 50])), range(0, len(users), 50))]
    ids = names.ids()
    hashes = pl.concat(parts)
    assert ids.users.ids.to_list() == sorted(set(users))
    ranks = ids.users.of(hashes["user_id"].to_numpy())
    assert ids.users.ids.gather(ranks).to_list() == users
    assert set(ids.articles.of(hashes["article_id"].to_numpy())) == {0}


def test_what_is_no_id_of_the_window_has_no_rank() -> None:
    names = Names()
    seen, other = names.encode(_rows(["u1", None, "u2"])), Names().encode(_rows(["u3"]))
    ids = names.ids()
    assert ids.users.of(seen["user_id"].to_numpy()).tolist() == [0, -1, 1]
    assert ids.users.of(other["user_id"].to_numpy()).tolist() == [-1]
    assert ids.sections.ids.len() == 0
    assert ids.sections.of(seen["section"].to_numpy()).tolist() == [-1, -1, -1]


def test_ids_whose_hashes_begin_alike_are_told_apart() -> None:
    texts = {"c": 0, "a": 1, "b": 2, "d": 2**63, "f": 2**63 + 1, "e": 2**64 - 2, "g": 2**64 - 1}
    ranks = _ranks(texts)
    wanted = np.array([*texts.values(), 3, 2**63 - 1, 2**63 + 2, 2**64 - 3], dtype=np.uint64)
    assert ranks.of(wanted).tolist() == [2, 0, 1, 3, 5, 4, 6, -1, -1, -1, -1]


def test_nobody_can_know_the_hash_of_an_id() -> None:
    program = """
import polars as pl
from frontpage_trainer.codes import hashed
print(pl.select(user=pl.lit("u1")).select(hashed("user")).item())
"""
    command = [sys.executable, "-c", program]
    hashes = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert len(hashes) == 2
    assert all(text.strip().isdigit() for text in hashes)


def test_without_ids_nothing_has_a_rank() -> None:
    assert _ranks({}).of(np.array([0, 5, 2**64 - 1], dtype=np.uint64)).tolist() == [-1, -1, -1]
    assert _ranks({}).of(np.empty(0, dtype=np.uint64)).size == 0

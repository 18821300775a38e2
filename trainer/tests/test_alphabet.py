"""One look at the bytes of all texts says the same as a look at each text."""

import numpy as np
import polars as pl
import pytest

from frontpage_trainer.alphabet import Alphabet

ABC = Alphabet("a-c.-", longest=3)


@pytest.mark.parametrize("text", ["", "abcd", "A", "d", "a b", "a\n", "\na", "ä", "a\x00", "é", "+", "]", "\\"])
def test_a_text_that_does_not_fit_is_found_among_others(text: str) -> None:
    texts = pl.Series("texts", ["abc", "a", text, "-.b"])
    assert texts.to_frame().select(ABC.has("texts")).to_series().to_list() == [True, True, False, True]
    assert not ABC.has_all(texts)


def test_nothing_and_null_do_not_count() -> None:
    assert ABC.has_all(pl.Series([], dtype=pl.String))
    assert ABC.has_all(pl.Series([None, "abc", None], dtype=pl.String))
    assert ABC.has_all(pl.Series([None], dtype=pl.String))


def test_both_looks_agree() -> None:
    random = np.random.default_rng(1)
    signs = np.array(list("abc.-d"))
    for _ in range(500):
        sizes = random.integers(0, 5, size=3)
        texts = pl.Series("texts", ["".join(random.choice(signs, size)) for size in sizes])
        assert ABC.has_all(texts) == texts.to_frame().select(ABC.has("texts").all()).item()

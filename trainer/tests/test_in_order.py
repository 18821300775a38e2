"""Work on several cores."""

import threading

import pytest

from frontpage_trainer import in_order as module
from frontpage_trainer.in_order import in_order


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has."""
    monkeypatch.setattr(module, "cores", lambda: 4)


def test_results_come_in_order_though_the_first_one_is_the_last_to_be_done() -> None:
    others_done = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert others_done.wait(timeout=30)
        if item == 3:
            others_done.set()
        return item * item

    assert list(in_order(work, range(100))) == [item * item for item in range(100)]


def test_no_more_is_begun_than_the_cores_can_do_before_a_result_is_taken() -> None:
    begun: list[int] = []

    def items():
        for item in range(100):
            begun.append(item)
            yield item

    results = in_order(lambda item: item, items())
    assert next(results) == 0
    assert len(begun) <= 4 + 2
    results.close()
    assert len(begun) <= 4 + 2


def test_an_error_comes_in_the_place_of_its_result() -> None:
    def work(item: int) -> int:
        if item >= 5:
            raise ValueError(f"item {item}")
        return item

    found: list[int] = []
    with pytest.raises(ValueError, match="item 5"):
        for item in in_order(work, range(10)):
            found.append(item)
    assert found == [0, 1, 2, 3, 4]

"""Work on several cores whose results come back in order, with no more of it under way than the cores can do."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """How many there are to work on."""
    return os.cpu_count() or 1


def in_order(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """What `work` makes of each item. An error is raised where its result would have come; what was not begun then is
    left undone. Results that nobody has taken yet hold the work up, so memory does not grow with the items."""
    with ThreadPoolExecutor(max_workers=cores()) as pool:
        pending: deque[Future[Result]] = deque()
        try:
            for item in items:
                if len(pending) > cores():
                    yield pending.popleft().result()
                pending.append(pool.submit(work, item))
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()

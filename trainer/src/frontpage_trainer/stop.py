"""SIGTERM as a question asked between steps: a step that has begun is finished, so that its work can be kept."""

import signal
from types import FrameType

from .errors import Stopped


class StopRequest:
    """Set by SIGTERM once `listen` was called. SIGKILL gives no such chance; checkpoints are for that."""

    def __init__(self) -> None:
        """Nothing asked for yet."""
        self.requested = False

    def listen(self) -> None:
        """Takes over SIGTERM for this process. Main thread only."""
        signal.signal(signal.SIGTERM, self._on_signal)

    def check(self) -> None:
        """Raises `Stopped` when the platform has asked for the end."""
        if self.requested:
            raise Stopped("the platform asked the trainer to stop")

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.requested = True

"""What the trainer says. Each line is flushed at once: whoever follows the log acts on it."""

import sys


def say(line: str) -> None:
    """One line on standard output, where the metric definitions look."""
    print(line, flush=True)


def warn(line: str) -> None:
    """One line on standard error; nothing that goes on is decided by it."""
    print(f"warning: {line}", file=sys.stderr, flush=True)

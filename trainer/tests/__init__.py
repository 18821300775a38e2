"""Tests of the trainer."""

# First: it sets up the environment that numpy reads when it is loaded.
import frontpage_trainer  # noqa: F401

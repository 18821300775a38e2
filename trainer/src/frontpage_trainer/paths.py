"""The folders of the container contract, below one root: `/opt/ml`, or where the environment variable OPT_ML says."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OptMl:
    """Where the platform puts inputs and looks for outputs."""

    root: Path

    @classmethod
    def from_environment(cls) -> "OptMl":
        """The root that this process was started for."""
        return cls(Path(os.environ.get("OPT_ML") or "/opt/ml"))

    @property
    def hyperparameters(self) -> Path:
        """Flat JSON object, every value a string."""
        return self.root / "input" / "config" / "hyperparameters.json"

    def channel(self, name: str) -> Path:
        """Folder of an input channel; absent when the job has no such channel."""
        return self.root / "input" / "data" / name

    @property
    def checkpoints(self) -> Path:
        """The only folder that survives an interruption."""
        return self.root / "checkpoints"

    @property
    def model(self) -> Path:
        """The model artefact."""
        return self.root / "model"

    @property
    def failure(self) -> Path:
        """One sentence that says why the job failed; the platform shows its first 1024 characters."""
        return self.root / "output" / "failure"

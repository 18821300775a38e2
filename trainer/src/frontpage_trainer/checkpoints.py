"""Checkpoints: `state-NNNNNN.npz`, then `state-NNNNNN.json` with its SHA-256 and its own. Format in docs/formats.md.

The platform's agent uploads this folder as it changes and brings it back after an interruption: it may hold halves,
files of another job, and the agent's own markers. Only a pair that is whole and made for this very training is loaded.
"""

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .als import Factors
from .files import TEMPORARY_SUFFIX, sha256_of, write_atomically
from .log import warn
from .state import PHASES, TrainingState

_NAME = re.compile(r"state-(\d{6})\.(?:npz|json)")
_KEPT = 3


@dataclass(frozen=True)
class Checkpoints:
    """`config`: what factors depend on, JSON values only. `shapes`: (readers, articles, factors)."""

    folder: Path
    scope: str
    config: dict[str, Any]
    shapes: tuple[int, int, int]

    def save(self, state: TrainingState) -> None:
        """Returns when the checkpoint is on disk; the last three are kept."""
        name = f"state-{state.completed:06d}"
        content = _pack(state)
        manifest = {
            "schema": 3,
            "scope": self.scope,
            "config": self.config,
            "phase": state.phase,
            "iteration": state.iteration,
            "completed": state.completed,
            "priorWeight": state.prior_weight,
            "evaluation": state.evaluation,
            "fitSeconds": state.fit_seconds,
            "resumedFrom": state.resumed_from,
            "state": {"file": f"{name}.npz", "sizeBytes": len(content), "sha256": sha256_of(content)},
        }
        write_atomically(self.folder / f"{name}.npz", content, durable=True)
        write_atomically(self.folder / f"{name}.json", _sealed(manifest), durable=True)
        self._prune(state.completed)

    def load_newest(self) -> TrainingState | None:
        """The newest checkpoint that fits, or `None`; newer ones that do not are named in warnings."""
        for leftover in self.folder.glob(f"*{TEMPORARY_SUFFIX}"):
            leftover.unlink(missing_ok=True)
        for number in sorted(self._numbers(), reverse=True):
            try:
                return self._load(number)
            except (OSError, ValueError, KeyError, TypeError) as error:
                warn(f"checkpoint state-{number:06d} is skipped: {error}")
        return None

    def _numbers(self) -> set[int]:
        names = [_NAME.fullmatch(path.name) for path in self.folder.glob("state-*")]
        return {int(name[1]) for name in names if name}

    def _load(self, number: int) -> TrainingState:
        name = f"state-{number:06d}"
        manifest = _unsealed((self.folder / f"{name}.json").read_bytes())
        if manifest["schema"] != 3:
            raise ValueError(f"its schema is {manifest['schema']}, not 3")
        if manifest["scope"] != self.scope:
            raise ValueError(f"it is of scope {manifest['scope']}, not {self.scope}")
        if manifest["config"] != self.config:
            raise ValueError("it was made with another configuration or other data")
        if manifest["completed"] != number or manifest["phase"] not in PHASES:
            raise ValueError("its manifest contradicts its name")
        content = (self.folder / f"{name}.npz").read_bytes()
        if sha256_of(content) != manifest["state"]["sha256"]:
            raise ValueError("the state's SHA-256 is not the one of its manifest")
        return TrainingState(
            phase=manifest["phase"],
            iteration=manifest["iteration"],
            completed=number,
            prior_weight=manifest["priorWeight"],
            evaluation=manifest["evaluation"],
            factors=self._unpack(content, manifest["iteration"]),
            holdout=_holdout_in(content),
            fit_seconds=manifest["fitSeconds"],
            resumed_from=list(manifest["resumedFrom"]),
        )

    def _unpack(self, content: bytes, iteration: int) -> Factors | None:
        if iteration == 0:
            return None
        readers, articles, size = self.shapes
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            factors = Factors(arrays["users"], arrays["items"])
        if factors.users.shape != (readers, size) or factors.items.shape != (articles, size):
            raise ValueError("its factors do not have the shape of the data")
        return factors

    def _prune(self, newest: int) -> None:
        ours = sorted(number for number in self._numbers() if number <= newest)
        for number in ours[:-_KEPT]:
            # The manifest first: what is left of a pair in between is no checkpoint.
            for suffix in ("json", "npz"):
                path = self.folder / f"state-{number:06d}.{suffix}"
                if not _is_uploading(path):
                    path.unlink(missing_ok=True)


def _is_uploading(path: Path) -> bool:
    """Whether the agent reads this file now; the next round deletes it. The first marker may stay beside the second."""
    started, ended = (path.with_name(f"{path.name}.sagemaker-{step}") for step in ("uploading", "uploaded"))
    return started.exists() and not ended.exists()


def _sealed(manifest: dict[str, Any]) -> bytes:
    body = json.dumps(manifest, allow_nan=False)
    return json.dumps({**manifest, "sha256": sha256_of(body.encode())}).encode()


def _unsealed(content: bytes) -> dict[str, Any]:
    """The manifest, if these are byte for byte what `_sealed` made of it."""
    manifest = json.loads(content.decode())
    if not isinstance(manifest, dict) or "sha256" not in manifest:
        raise ValueError("its manifest has no SHA-256 of its own")
    manifest.pop("sha256")
    if _sealed(manifest) != content:
        raise ValueError("its manifest is not the one that was written")
    return manifest


def _pack(state: TrainingState) -> bytes:
    arrays = {}
    if state.factors is not None:
        arrays |= {"users": state.factors.users, "items": state.factors.items}
    if state.holdout is not None:
        arrays["holdout"] = np.frombuffer(state.holdout, dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _holdout_in(content: bytes) -> bytes | None:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return arrays["holdout"].tobytes() if "holdout" in arrays else None

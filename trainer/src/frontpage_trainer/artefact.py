"""The model artefact as a folder: files are added whole, and the manifest that lists them comes last. Without a
manifest it is no artefact. Format in docs/formats.md."""

import json
import shutil
from pathlib import Path
from typing import Any

from .files import sha256_of, write_atomically
from .hyperparameters import Hyperparameters


class Artefact:
    """Begins empty: what an earlier attempt left in the folder is removed, its manifest first."""

    def __init__(self, folder: Path) -> None:
        """Takes the whole folder."""
        self._folder = folder
        self._files: list[dict[str, Any]] = []
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").unlink(missing_ok=True)
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def add(self, path: str, kind: str, content: bytes, items: int | None = None) -> None:
        """`kind`: shard, metrics, interactions, holdout or catalogue. `items`: rows of interactions, else lines."""
        write_atomically(self._folder / path, content)
        entry = {"path": path, "kind": kind, "sizeBytes": len(content), "sha256": sha256_of(content)}
        self._files.append(entry if items is None else {**entry, "items": items})

    def add_json(self, path: str, kind: str, value: dict[str, Any]) -> None:
        """Raises `ValueError` for a number that JSON does not have, such as NaN."""
        self.add(path, kind, json.dumps(value, allow_nan=False).encode() + b"\n")

    def finish(self, parameters: Hyperparameters, readers: int) -> None:
        """Writes the manifest, files in order of their paths. `items` counts the lines of all shards."""
        manifest = {
            "schema": 1,
            "runDate": parameters.run_date.isoformat(),
            "version": parameters.version,
            "scope": parameters.scope,
            "items": sum(file["items"] for file in self._files if file["kind"] == "shard"),
            "readers": readers,
            "files": sorted(self._files, key=lambda file: file["path"]),
        }
        write_atomically(self._folder / "manifest.json", json.dumps(manifest, allow_nan=False).encode() + b"\n")

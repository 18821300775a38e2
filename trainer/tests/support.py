"""A small lake in a folder, a newsroom that fills it, and the trainer as a process beside it."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from frontpage_trainer.codes import Ids, Names
from frontpage_trainer.dataset import Dataset
from frontpage_trainer.hyperparameters import parse_hyperparameters
from frontpage_trainer.interactions import Clicks, to_parquet
from frontpage_trainer.ledger import read_ledger
from frontpage_trainer.window import ClickCounts, read_window

RUN_DATE = "2026-11-23"
HYPERPARAMETERS = {
    "run_date": RUN_DATE,
    "version": "2026-11-23.01",
    "scope": "0123abcd",
    "expires_at": "1764547200",
    "factors": "8",
    "iterations": "4",
    "history_days": "2",
    "popular_hours": "24",
    "list_length": "20",
    "readers_per_shard": "100",
    "checkpoint_seconds": "0",
}


@dataclass(frozen=True)
class Place:
    """An /opt/ml of a test."""

    root: Path

    def configure(self, **changes: str) -> None:
        """Hyperparameters of the tests with these changes."""
        path = self.root / "input" / "config" / "hyperparameters.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**HYPERPARAMETERS, **changes}))

    def put(self, content: bytes, day: str = RUN_DATE, hour: int = 12, name: str = "a.gz") -> Path:
        """An object of the clicks channel, bytes as they are."""
        path = self.clicks / f"clicks/dt={day}/hr={hour:02d}/{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def put_clicks(self, clicks: list[dict[str, Any]], **where: Any) -> Path:
        """An object of well-formed lines."""
        return self.put(gzip.compress(lines(clicks)), **where)

    def put_interactions(self, day: str, frame: pl.DataFrame) -> None:
        """A day of the interactions channel."""
        path = self.interactions / f"interactions/dt={day}/interactions.parquet"
        path.parent.mkdir(parents=True)
        path.write_bytes(to_parquet(frame))

    def put_ledger(self, spool: str, hour: str, first: int, event_ids: list[str], **changes: Any) -> Path:
        """A ledger object under its key; `hour` like 2026-11-23T10. `changes` replace what it says."""
        ledger = {"schema": 1, "spool": spool, "hour": hour, "first": first, "count": len(event_ids)}
        ledger |= {"digest": digest_of(event_ids), "closed": True, **changes}
        path = self.ledger / f"ledger/dt={hour[:10]}/hr={hour[11:]}/{spool}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(ledger))
        return path

    @property
    def clicks(self) -> Path:
        """Folder of the clicks channel."""
        return self.root / "input" / "data" / "clicks"

    @property
    def interactions(self) -> Path:
        """Folder of the interactions channel."""
        return self.root / "input" / "data" / "interactions"

    @property
    def ledger(self) -> Path:
        """Folder of the ledger channel."""
        return self.root / "input" / "data" / "ledger"

    @property
    def checkpoints(self) -> Path:
        """What survives an interruption."""
        return self.root / "checkpoints"

    @property
    def model(self) -> Path:
        """The artefact."""
        return self.root / "model"

    @property
    def environment(self) -> dict[str, str]:
        """Of the trainer's process. One thread: several of them only get in each other's way on so little data."""
        return {**os.environ, "OPT_ML": str(self.root), "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}

    def failure(self) -> str:
        """What the platform would show."""
        return (self.root / "output" / "failure").read_text()

    def json(self, name: str) -> dict[str, Any]:
        """A JSON file of the artefact."""
        return json.loads((self.model / name).read_text())

    def lists(self) -> dict[str, list[str]]:
        """Articles by pk, over all shards."""
        found = {}
        for file in self.json("manifest.json")["files"]:
            if file["kind"] == "shard":
                for line in gzip.decompress((self.model / file["path"]).read_bytes()).decode().splitlines():
                    item = json.loads(line)["Item"]
                    assert item["pk"]["S"] not in found
                    found[item["pk"]["S"]] = item["articles"]["S"].split(" ")
        return found

    def artefact(self) -> dict[str, bytes]:
        """All files by path, without what says how the training went and not what it made."""
        files = {path.relative_to(self.model).as_posix(): path for path in self.model.rglob("*") if path.is_file()}
        content = {name: path.read_bytes() for name, path in files.items()}
        metrics, manifest = json.loads(content["metrics.json"]), json.loads(content["manifest.json"])
        metrics["training"]["resumedFrom"] = metrics["training"]["fitSeconds"] = None
        manifest["files"] = [file for file in manifest["files"] if file["kind"] != "metrics"]
        return {**content, "metrics.json": json.dumps(metrics).encode(), "manifest.json": json.dumps(manifest).encode()}

    def run(self, program: list[str] | None = None, threads: int = 1) -> subprocess.CompletedProcess[str]:
        """The trainer as a process of its own, or another program in its environment."""
        command = [sys.executable, *(program or ["-m", "frontpage_trainer"]), "train"]
        env = {**self.environment, "OMP_NUM_THREADS": str(threads), "POLARS_MAX_THREADS": str(threads)}
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)

    def progress(self) -> dict[str, Any]:
        """What the trainer said last about how far it is."""
        return json.loads((self.checkpoints / "progress.json").read_text())


def click(event: str, user: str, article: str, at: str, **more: Any) -> dict[str, Any]:
    """`at` like 12:30:00, on the run date, or a whole time."""
    time = at if "T" in at else f"{RUN_DATE}T{at}.000Z"
    return {"event_id": event, "user_id": user, "article_id": article, "occurred_at": time, **more}


def digest_of(event_ids: list[str]) -> str:
    """The digest of a ledger, by its definition."""
    heads = [int.from_bytes(hashlib.sha256(event_id.encode()).digest()[:8], "big") for event_id in event_ids]
    return f"{sum(heads) % 2**64:016x}"


def read(place: Place, **changes: str) -> tuple[Dataset, ClickCounts, dict[date, pl.DataFrame]]:
    """The window, its counts, and the interactions that were kept, by day."""
    kept: dict[date, pl.DataFrame] = {}
    parameters = parse_hyperparameters({**HYPERPARAMETERS, **changes})
    ledger = read_ledger(place.ledger, parameters.run_date)
    data, counts = read_window(place.clicks, place.interactions, ledger, parameters, kept.__setitem__, lambda: None)
    return data, counts, kept


def clicks_of(rows: pl.DataFrame) -> tuple[Clicks, Ids]:
    """Rows of user_id, article_id, section and at as numbers, and what these stand for."""
    names = Names()
    coded = names.encode(rows)
    ids = names.ids()
    ranks = ((ids.users, "user_id"), (ids.articles, "article_id"), (ids.sections, "section"))
    columns = [kind.of(coded[name].to_numpy()) for kind, name in ranks]
    return Clicks(*columns, rows["at"].dt.epoch("ms").to_numpy()), ids


def lines(clicks: list[dict[str, Any]]) -> bytes:
    """NDJSON as the collector writes it."""
    return b"".join(json.dumps(click, separators=(",", ":")).encode() + b"\n" for click in clicks)


def newsroom(taste: float, readers: int = 300, days: int = 3, seed: int = 1) -> dict[str, list[dict[str, Any]]]:
    """Clicks by day up to the run date. With probability `taste` a click is on the reader's own one of five sections,
    all alike in popularity; otherwise it is on any of them."""
    random = np.random.default_rng(seed)
    own = random.integers(5, size=readers)
    last_day = datetime.fromisoformat(RUN_DATE).replace(tzinfo=timezone.utc)
    found: dict[str, list[dict[str, Any]]] = {}
    for back in range(days - 1, -1, -1):
        day = last_day - timedelta(days=back)
        clicks = []
        for number in range(readers * 12):
            reader = int(random.integers(readers))
            section = int(own[reader]) if random.random() < taste else int(random.integers(5))
            # Within a section articles differ in popularity, but not much: there is something to choose from.
            article = f"d{back}-s{section}-{int(random.triangular(0, 0, 25))}"
            at = day + timedelta(milliseconds=int(random.integers(86_400_000)))
            text = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            clicks.append(click(f"{back}.{number}", f"r{reader}", article, text, section=f"s{section}"))
        found[day.date().isoformat()] = clicks
    return found


def fill(place: Place, days: dict[str, list[dict[str, Any]]]) -> None:
    """Two objects for each day."""
    for day, clicks in days.items():
        place.put_clicks(clicks[::2], day=day, hour=1)
        place.put_clicks(clicks[1::2], day=day, hour=13)

"""What the trainer's own code costs beside its libraries: the whole container job in its own process on made-up clicks,
then the same work on the same data by bare calls of polars, implicit and gzip, each in a process of its own, and the
parsing alone by the trainer's parts, by polars and by duckdb. Fails when they do not have the same matrix and the same
lists. Prints one JSON object; run with the trainer's Python."""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from train.sizes import RUN_DATE, Sizes

_HERE = Path(__file__).parent
_STEPS = ("fit", "recommend", "write")
"""After parsing, whose results they take."""
_PARSERS = {
    "ours": ("train.parsers", "ours"),
    "polars": ("train.bare", "parse"),
    "duckdb": ("train.parsers", "duckdb"),
}
_PARSING_ROUNDS = 3
_EXTRA = _HERE.parent / ".frontpage" / "bench-train"


def run_job(root: Path) -> dict[str, float]:
    """The container's command, as the platform runs it. What it says of itself, and what the system says of it."""
    command = [sys.executable, "-m", "frontpage_trainer", "train"]
    started = time.monotonic()
    with (root / "stdout").open("wb") as out, (root / "stderr").open("wb") as errors:
        process = subprocess.Popen(command, env={**os.environ, "OPT_ML": str(root)}, stdout=out, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"the job failed with status {status}: {(root / 'stderr').read_text()[-2000:]}")
    said = {name: float(value) for name, value in re.findall(r"\b(\w+)=([\d.]+)\b", (root / "stdout").read_text())}
    return {
        **said,
        "wholeSeconds": time.monotonic() - started,
        "wholeCpuSeconds": usage.ru_utime + usage.ru_stime,
        "peakRssMb": usage.ru_maxrss / 1024,
    }


def run_bare(step: str, root: Path, joined: list[str]) -> dict[str, float]:
    """One step by bare calls."""
    return _in_a_process("train.bare", step, str(root), json.dumps(joined))


def run_parsers(root: Path, joined: list[str]) -> dict[str, dict[str, float]]:
    """The same work by each, by turns, so that what else the machine does falls on all; medians. Fails when they do not
    have the same matrix."""
    rounds: dict[str, list[dict[str, float]]] = {who: [] for who in _PARSERS}
    for number in range(_PARSING_ROUNDS):
        for who, results in rounds.items():
            results.append(_in_a_process(*_PARSERS[who], str(root), json.dumps(joined)))
            _tell(f"parsing {number + 1} by {who}: {json.dumps(results[-1])}")
    matrices = {(result["nonZeros"], result["sum"]) for results in rounds.values() for result in results}
    if len(matrices) != 1:
        raise SystemExit(f"the parsers have different matrices: {sorted(matrices)}")
    return {
        who: {kind: statistics.median(result[kind] for result in results) for kind in results[0]}
        for who, results in rounds.items()
    }


def _in_a_process(module: str, *arguments: str) -> Any:
    """A process is said to need at least the memory of the one that started it, so this one stays small."""
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(_EXTRA)}
    return json.loads(subprocess.run(command, cwd=_HERE, env=environment, stdout=subprocess.PIPE, check=True).stdout)


def _install_peers() -> None:
    """What only this benchmark needs, once, beside the prepared Python."""
    wanted = (_HERE / "train/requirements.txt").read_text()
    installed = _EXTRA / "requirements.txt"
    if installed.exists() and installed.read_text() == wanted:
        return
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade"]
    subprocess.run([*pip, "--target", str(_EXTRA), "-r", str(_HERE / "train/requirements.txt")], check=True)
    installed.write_text(wanted)


def measure(root: Path, sizes: Sizes, iterations: int) -> dict[str, Any]:
    """Everything that is printed."""
    hyperparameters = {
        **{"run_date": f"{RUN_DATE}", "version": f"{RUN_DATE}.01", "scope": "bench", "expires_at": "1764547200"},
        **{"factors": "16", "iterations": str(iterations), "history_days": str(sizes.history_days)},
    }
    started = time.monotonic()
    joined = _in_a_process("train.lake", str(root), json.dumps(asdict(sizes)), json.dumps(hyperparameters))
    _tell(f"made the clicks in {time.monotonic() - started:.0f} s")
    job = run_job(root)
    _tell(f"the job took {job['wholeSeconds']:.0f} s")
    parsing = run_parsers(root, joined)
    bare = {"parse": parsing["polars"]}
    for step in _STEPS:
        bare[step] = run_bare(step, root, joined)
        _tell(f"bare {step}: {json.dumps(bare[step])}")
    _compare(job, bare)
    readers = job["readers"]
    share = readers / bare["recommend"]["readers"]
    sums = {
        kind: sum(result[kind] * (share if step == "recommend" else 1.0) for step, result in bare.items())
        for kind in ("seconds", "cpuSeconds")
    }
    return {
        "parseClicksPerSecond": round(sizes.clicks / job["read_seconds"]),
        "barePolarsClicksPerSecond": round(sizes.clicks / parsing["polars"]["seconds"]),
        "bareDuckdbClicksPerSecond": round(sizes.clicks / parsing["duckdb"]["seconds"]),
        "sameWorkClicksPerSecond": round(sizes.clicks / parsing["ours"]["seconds"]),
        "fitSeconds": round(job["fit_seconds"], 2),
        "bareFitSeconds": round(bare["fit"]["seconds"], 2),
        "readersScoredPerSecond": round(readers / job["ranking_seconds"]),
        "bareRecommendReadersPerSecond": round(bare["recommend"]["readers"] / bare["recommend"]["seconds"]),
        "checkpointShare": round(job["checkpoint_seconds"] / job["fit_seconds"], 4),
        "wholeSeconds": round(job["wholeSeconds"], 1),
        "bareSumSeconds": round(sums["seconds"], 1),
        "overheadRatio": round(job["wholeSeconds"] / sums["seconds"], 3),
        "peakRssMb": round(job["peakRssMb"]),
        "wholeCpuSeconds": round(job["wholeCpuSeconds"], 1),
        "bareSumCpuSeconds": round(sums["cpuSeconds"], 1),
        "cpuRatio": round(job["wholeCpuSeconds"] / sums["cpuSeconds"], 3),
        "parsing": {who: {name: round(value, 2) for name, value in result.items()} for who, result in parsing.items()},
        "bare": {step: {name: round(value, 2) for name, value in result.items()} for step, result in bare.items()},
        "clicks": sizes.clicks,
        "historyClicks": sizes.history_clicks,
        "historyDays": sizes.history_days,
        "readers": int(readers),
        "articles": sizes.articles,
        "nonZeros": int(job["interactions"]),
        "seed": sizes.seed,
        "threads": os.cpu_count(),
        "loadAverage": round(os.getloadavg()[2], 1),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("polars", "numpy", "scipy", "implicit", "isal")},
        },
    }


def _compare(job: dict[str, float], bare: dict[str, dict[str, float]]) -> None:
    """Figures of two programs that do not do the same are worth nothing."""
    if job["interactions"] != bare["parse"]["nonZeros"]:
        raise SystemExit(
            f"the job's matrix has {job['interactions']:.0f} entries, the bare one {bare['parse']['nonZeros']}"
        )
    lists = bare["recommend"]
    if lists["compared"] == 0 or lists["differing"]:
        raise SystemExit(f"{lists['differing']} articles in the lists of {lists['compared']} readers are other ones")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Standard output has the result and nothing else."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clicks", type=int, default=1_000_000, help="distinct ones of the run date")
    arguments.add_argument("--readers", type=int, default=100_000)
    arguments.add_argument("--articles", type=int, default=20_000)
    arguments.add_argument("--history-days", type=int, default=7)
    arguments.add_argument("--history-clicks", type=int, help="of all days of history; a quarter of --clicks")
    arguments.add_argument("--iterations", type=int, default=15, help="of each of the three fits")
    arguments.add_argument("--seed", type=int, default=42)
    arguments.add_argument("--json", action="store_true", help="one line")
    given = arguments.parse_args()
    history = given.clicks // 4 if given.history_clicks is None else given.history_clicks
    sizes = Sizes(given.clicks, given.readers, given.articles, given.history_days, history, given.seed)
    _install_peers()
    with tempfile.TemporaryDirectory(prefix="frontpage-train-") as folder:
        result = measure(Path(folder), sizes, given.iterations)
    print(json.dumps(result, indent=None if given.json else 2))


if __name__ == "__main__":
    main()

"""metrics.json and the line that ends a training: what was read, how good the lists are, how long it took."""

from typing import Any

from .dataset import Dataset
from .hyperparameters import Hyperparameters
from .ledger import LedgerCounts
from .state import TrainingState
from .window import ClickCounts


def metrics_of(
    parameters: Hyperparameters,
    counts: ClickCounts,
    ledger: LedgerCounts | None,
    data: Dataset,
    state: TrainingState,
    readers: int,
    candidates: int,
) -> dict[str, Any]:
    """The content of metrics.json. `readers` have a list; articles are all of the window. Format in docs/formats.md."""
    return {
        "schema": 1,
        "runDate": parameters.run_date.isoformat(),
        "version": parameters.version,
        "clicks": {
            "lines": counts.lines,
            "heartbeats": counts.heartbeats,
            "malformed": counts.malformed,
            "duplicates": counts.duplicates,
            "outsideWindow": counts.outside_window,
            "future": counts.future,
            "erased": counts.erased,
            "inhuman": counts.inhuman,
            "used": counts.used,
            "runDate": counts.run_date,
        },
        "ledger": None if ledger is None else _ledger_metrics(ledger),
        "readers": readers,
        "inhumanReaders": counts.inhuman_readers,
        "articles": len(data.article_ids),
        "candidates": candidates,
        "evaluation": state.evaluation,
        "training": {
            "iterations": parameters.iterations,
            "factors": parameters.factors,
            "resumedFrom": state.resumed_from,
            "fitSeconds": round(state.fit_seconds, 3),
        },
    }


def _ledger_metrics(ledger: LedgerCounts) -> dict[str, int]:
    return {
        "spools": ledger.spools,
        "hours": ledger.hours,
        "acknowledged": ledger.acknowledged,
        "found": ledger.found,
        "missing": ledger.missing,
        "unledgered": ledger.unledgered,
        "digestMismatches": ledger.digest_mismatches,
    }


def final_line(metrics: dict[str, Any]) -> str:
    """The quality in the form that the metric definitions read."""
    candidate, popular = metrics["evaluation"]["candidate"], metrics["evaluation"]["popular"]
    return (
        f"recall_at_10={candidate['recallAt10']:.6f} ndcg_at_10={candidate['ndcgAt10']:.6f} "
        f"popular_recall_at_10={popular['recallAt10']:.6f} popular_ndcg_at_10={popular['ndcgAt10']:.6f}"
    )

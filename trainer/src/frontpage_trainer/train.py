"""One training from beginning to end: read the window, go on from the newest checkpoint, write the model artefact."""

import time
from datetime import date
from functools import partial

import polars as pl
from threadpoolctl import threadpool_limits

from .artefact import Artefact
from .catalogue import write_catalogue
from .checkpoints import Checkpoints
from .erasures import read_erasures
from .holdout import write_holdout
from .hyperparameters import read_hyperparameters
from .interactions import to_parquet
from .ledger import read_ledger
from .log import say
from .metrics import final_line, metrics_of
from .paths import OptMl
from .phases import Training
from .progress import Progress, ProgressFile
from .reader_lists import write_common_lists, write_reader_lists
from .saving import Saving
from .state import TrainingState
from .stop import StopRequest
from .window import read_window


def train(place: OptMl, stop: StopRequest) -> None:
    """Leaves a whole artefact in `place.model`, or raises `DataRejected`, `TrainingError` or `Stopped`."""
    parameters = read_hyperparameters(place.hyperparameters)
    artefact = Artefact(place.model)

    def keep_interactions(day: date, interactions: pl.DataFrame) -> None:
        path = f"interactions/dt={day.isoformat()}/interactions.parquet"
        artefact.add(path, "interactions", to_parquet(interactions), items=interactions.height)

    file = ProgressFile(place.checkpoints)
    file.reading(parameters.iterations)
    started = time.monotonic()
    ledger = read_ledger(place.channel("ledger"), parameters.run_date)
    data, counts = read_window(
        *(place.channel("clicks"), place.channel("interactions"), ledger, parameters, keep_interactions, stop.check),
        erased=read_erasures(place.channel("erasures")),
    )
    readers, articles = len(data.user_ids), len(data.article_ids)
    say(
        f"read clicks={counts.used} run_date_clicks={counts.run_date} readers={readers} articles={articles} "
        f"read_seconds={time.monotonic() - started:.2f}"
    )
    ledger_counts = None if ledger is None else ledger.counts
    if ledger_counts is not None:
        say(f"ledger acknowledged={ledger_counts.acknowledged} found={ledger_counts.found}")
    if parameters.only == "interactions":
        stop.check()
        artefact.finish(parameters, readers=0)
        say("kept the interactions, and learnt nothing from them: hyperparameter 'only' says so")
        return

    checkpoints = Checkpoints(
        place.checkpoints,
        parameters.scope,
        config={**parameters.learning_config(), "data": data.fingerprint},
        shapes=(readers, articles, parameters.factors),
    )
    saving = Saving(checkpoints, parameters.checkpoint_seconds)
    progress = Progress(file, saving, parameters.iterations, readers)
    state = checkpoints.load_newest()
    if state is None:
        state = TrainingState()
    else:
        progress.resumed(state)
    with threadpool_limits(limits=1, user_api="blas"):
        snapshot, blend = Training(data, parameters, state, progress, stop).run()
        say(saving.summary())
        started = time.monotonic()
        progress.writing(state, readers=0, seconds=0.0)
        written = write_reader_lists(
            artefact, data, parameters, snapshot, blend, stop.check, partial(progress.writing, state)
        )
    write_common_lists(artefact, data, parameters, snapshot)
    write_catalogue(artefact, data, snapshot)
    write_holdout(artefact, state)
    say(
        f"wrote readers={written.readers} candidates={snapshot.candidates.size} "
        f"interactions={snapshot.confidence.nnz} "
        f"ranking_seconds={written.ranking_seconds:.2f} write_seconds={time.monotonic() - started:.2f}"
    )
    metrics = metrics_of(parameters, counts, ledger_counts, data, state, written.readers, int(snapshot.candidates.size))
    artefact.add_json("metrics.json", "metrics", metrics)
    stop.check()
    artefact.finish(parameters, written.readers)
    progress.finished(state)
    say(final_line(metrics))

/** Gathers what the gate judges, and lets it judge. */
import type { Activities } from '../contract';
import { decideGate } from '../domain/gate';
import type { ActivityDependencies } from './dependencies';
import { readModelManifest, readModelMetrics, shardsOf } from './modelArtefact';

/** Safe to retry: reads only. */
export function createEvaluateModel({ lake, table }: ActivityDependencies): Activities['evaluateModel'] {
  return async ({ settings, ...input }) => {
    const manifest = await readModelManifest(lake, input);
    const { clicks, ledger, articles, evaluation } = await readModelMetrics(lake, input.jobName, manifest);
    const champion = await championReaders(table);
    return {
      decision: decideGate(
        {
          candidate: evaluation.candidate,
          popular: evaluation.popular,
          evaluationReaders: evaluation.readers,
          readers: manifest.readers,
          items: manifest.items,
          ...(champion === undefined ? {} : { championReaders: champion }),
        },
        settings,
      ),
      clicks,
      ledger,
      quality: {
        candidate: evaluation.candidate,
        popular: evaluation.popular,
        priorWeight: evaluation.priorWeight,
      },
      readers: manifest.readers,
      articles,
      items: manifest.items,
      shards: shardsOf(manifest).length,
    };
  };
}

async function championReaders(table: ActivityDependencies['table']): Promise<number | undefined> {
  const live = await table.live();
  if (live === undefined) return undefined;
  return (await table.versions()).find((record) => record.version === live.version)?.readers;
}

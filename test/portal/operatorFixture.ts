/** The operator's page over a pipeline in memory. */
import type { BeatRow } from '../../src/clients/freshBeats';
import type { FreshList } from '../../src/clients/recommendationReader';
import type { RunRow } from '../../src/clients/runList';
import type { RunView } from '../../src/clients/runs';
import type { FreshBeat, RollbackInput } from '../../src/contract';
import type { PopularTable } from '../../src/domain/freshLists';
import { clicksHourPrefix, ledgerKey } from '../../src/domain/keys';
import { noLines } from '../../src/domain/lineCounts';
import { parseRunDate } from '../../src/domain/runDate';
import type { OperatorSources } from '../../src/operator/sources';
import { type Operator, type OperatorOptions, startOperator } from '../../src/operator/startOperator';
import { createMemoryLake } from '../support/memoryLake';

export const key = 'the key of the operator';
export const runDate = parseRunDate('2026-11-23');
const startedAtMs = Date.parse('2026-11-24T00:30:00Z');

export const row: RunRow = {
  runDate,
  workflowId: 'frontpage-daily-2026-11-23',
  runId: 'run-1',
  state: 'running',
  startedAtMs,
  stage: 'training',
};

export const view: RunView = {
  runDate,
  workflowId: row.workflowId,
  startedAtMs,
  state: 'running',
  status: {
    runDate,
    stage: 'training',
    stages: [
      { stage: 'waiting for clicks', startedAtMs, endedAtMs: startedAtMs + 90_000 },
      { stage: 'training', startedAtMs: startedAtMs + 90_000 },
    ],
  },
  training: {
    jobName: 'frontpage-2026-11-23-abc-a1',
    status: 'Training',
    interruptions: 1,
    progress: { phase: 'tune', iteration: 3, iterations: 15, completed: 3, total: 45, resumedFrom: [2] },
  },
};

const record = (version: string) => ({
  version,
  runDate,
  items: 1200,
  readers: 1100,
  modelUri: 's3://lake/training/job/output/model/',
  publishedAt: '2026-11-23T05:00:00.000Z',
});

/** The list of a beat so many minutes ago: each article has its place, and twice as much of the clicks of late as of the hour. */
export function freshList(beat: number, articles: string, minutesAgo = 1): FreshList<PopularTable> {
  const atMs = Date.now() - minutesAgo * 60_000;
  const ids = articles.split(' ').filter((id) => id !== '');
  const shares = ids.map((_, at) => [0.4 / (at + 1), 0.2 / (at + 1)]);
  const list = {
    halfLivesMinutes: [2, 60],
    firstShares: [0.5, 0.5],
    articles: ids,
    first: shares,
    next: shares,
    ages: ids.map((_, at) => 35 * (at + 1)),
    sections: ids.map(() => 'politics'),
  };
  return { list, beat, atMs, expiresAt: Math.ceil(atMs / 1000) + 180 * 60 };
}

/** A beat that has come to its end, with the first articles of its list. */
export function beatRow(beat: number, top: string, minutesAgo = 1): BeatRow {
  const endedAtMs = Date.now() - minutesAgo * 60_000;
  const done: FreshBeat = {
    ...{ beat, steps: 1, objects: 1, sizeBytes: 100, lines: noLines, setAside: [], objectsLeft: 0, conflicts: 0 },
    itemsWritten: 1,
    top: top.split(' '),
    clickToList: { newestSeconds: 61, medianSeconds: 180 },
  };
  return { state: 'completed', startedAtMs: endedAtMs - 800, endedAtMs, beat: done };
}

/** As a collector tells of itself. */
export function collectorMetrics(change: Readonly<Record<string, number>> = {}): string {
  const figures = {
    clicks_accepted_total: 5321,
    spool_undelivered_clicks: 0,
    spool_oldest_undelivered_seconds: 0,
    spool_bytes: 3 * 1024 * 1024,
    requests_unavailable_total: 0,
    ...change,
  };
  return Object.entries(figures)
    .map(([name, value]) => `frontpage_collector_${name} ${value}\n`)
    .join('');
}

/** What may be changed while it runs. */
export class FakePipeline implements OperatorSources {
  readonly ordered: RollbackInput[] = [];
  readonly lake = createMemoryLake();
  runs: readonly RunRow[] = [row];
  run: RunView | undefined = view;
  live = '2026-11-23.01';
  popular: FreshList<PopularTable> | undefined = freshList(42, 'a1 a2 a3');
  beats: readonly BeatRow[] = [beatRow(42, 'a1 a2 a3'), beatRow(41, 'a2 a1', 6)];
  titles: Readonly<Record<string, string>> = { a1: 'The vote is counted' };
  /** Thrown by what asks Temporal. */
  temporalFails: Error | undefined;

  readonly table = {
    live: async () => ({
      version: this.live,
      previous: '2026-11-22.01',
      runDate,
      publishedAt: '2026-11-24T01:00:00.000Z',
      reason: 'published by the run',
    }),
    versions: async () => [record('2026-11-23.01'), record('2026-11-22.01')],
  };

  readonly fresh = { freshPopular: async () => this.popular };

  readonly headlines = async (): Promise<ReadonlyMap<string, string>> => new Map(Object.entries(this.titles));

  async listBeats(): Promise<readonly BeatRow[]> {
    if (this.temporalFails !== undefined) throw this.temporalFails;
    return this.beats;
  }

  async listRuns(): Promise<readonly RunRow[]> {
    if (this.temporalFails !== undefined) throw this.temporalFails;
    return this.runs;
  }

  async viewRun(): Promise<RunView | undefined> {
    if (this.temporalFails !== undefined) throw this.temporalFails;
    return this.run;
  }

  async rollBack(input: RollbackInput): Promise<{ from: string; to: string }> {
    if (this.temporalFails !== undefined) throw this.temporalFails;
    this.ordered.push(input);
    const from = this.live;
    this.live = input.version ?? '2026-11-22.01';
    return { from, to: this.live };
  }

  /** One object, and the ledger of its clicks. */
  async deliver(hour: number, clicks: number, day = runDate): Promise<void> {
    await this.lake.put(`${clicksHourPrefix(day, hour)}object.gz`, 'x'.repeat(clicks));
    await this.lake.put(ledgerKey(day, hour, 'web1-00000000'), JSON.stringify({ schema: 1, count: clicks }));
  }
}

export function startOperatorOf(
  sources: OperatorSources,
  { withoutKey, ...options }: Partial<OperatorOptions> & { readonly withoutKey?: true } = {},
): Promise<Operator> {
  return startOperator({
    host: '127.0.0.1',
    port: 0,
    sources,
    temporalUrl: 'http://127.0.0.1:8233/namespaces/default',
    freshEveryMinutes: 5,
    ...(withoutKey ? {} : { key }),
    guardPages: false,
    logLevel: 'silent',
    ...options,
  });
}

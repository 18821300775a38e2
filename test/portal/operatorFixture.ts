/** The operator's page over a pipeline in memory. */
import type { RunRow } from '../../src/clients/runList';
import type { RunView } from '../../src/clients/runs';
import type { RollbackInput } from '../../src/contract';
import { clicksHourPrefix, ledgerKey } from '../../src/domain/keys';
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

/** What may be changed while it runs. */
export class FakePipeline implements OperatorSources {
  readonly ordered: RollbackInput[] = [];
  readonly lake = createMemoryLake();
  runs: readonly RunRow[] = [row];
  run: RunView | undefined = view;
  live = '2026-11-23.01';
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
  async deliver(hour: number, clicks: number): Promise<void> {
    await this.lake.put(`${clicksHourPrefix(runDate, hour)}object.gz`, 'x'.repeat(clicks));
    await this.lake.put(ledgerKey(runDate, hour, 'web1-00000000'), JSON.stringify({ schema: 1, count: clicks }));
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
    ...(withoutKey ? {} : { key }),
    guardPages: false,
    logLevel: 'silent',
    ...options,
  });
}

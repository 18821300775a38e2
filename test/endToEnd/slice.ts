/** A small day in a laptop cloud of its own, for end-to-end tests: everything real but AWS. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Client } from '@temporalio/client';
import { Cloud, type CloudOptions } from '../../local/cloud';
import { backfillDay } from '../../local/demo/backfill';
import { type FilledDay, fillLake } from '../../local/demo/fillLake';
import { newsroomSource } from '../../local/demo/newsroomSource';
import { bucket, table } from '../../local/resources';
import type { ObjectStore } from '../../src/clients/objectStore';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { type RunView, viewRun } from '../../src/clients/runs';
import { loadPipelineSettings } from '../../src/config';
import type { DailyInput, RunSummary } from '../../src/contract';
import { modelPrefix } from '../../src/domain/keys';
import { lastCompleteDay, type RunDate, startOfDayMs } from '../../src/domain/runDate';
import { parseShardLine } from '../../src/domain/storedList';
import { compiledPrograms } from '../support/nodeArguments';

export const runDate = lastCompleteDay(Date.now());
const usualNewsroom = {
  seed: 7,
  readers: 3000,
  clicksPerDay: 12_000,
  articlesPerDay: 200,
  historyDays: 1,
  election: false,
};
/** Small and slow enough that training and load take seconds, in which accidents can happen. */
const usualSettings = {
  readiness: { waitLimitSeconds: 300, lookSeconds: 1, marginSeconds: 60, quietSeconds: 2 },
  historyDays: 1,
  training: {
    pollSeconds: 0.2,
    // A checkpoint an iteration, and so many that the training goes on for seconds after a reclaim, in which it is seen.
    hyperparameters: { factors: '16', iterations: '600', readers_per_shard: '400', checkpoint_seconds: '0' },
  },
  gate: { minEvaluationReaders: 20, recallFloor: 0.001, popularityMargin: 0.2 },
  load: { maxUnitsPerSecond: 200, parallelism: 2 },
};

export class Slice {
  /** Programs that ended by themselves and were started again. */
  readonly restarted: string[] = [];
  readonly lake: ObjectStore;

  private constructor(
    readonly cloud: Cloud,
    readonly client: Client,
    private readonly newsroom: typeof usualNewsroom,
  ) {
    this.lake = createS3ObjectStore(bucket, cloud.aws);
  }

  static async start(
    options: {
      readonly settings?: object;
      readonly newsroom?: Partial<typeof usualNewsroom>;
      readonly cloud?: Pick<CloudOptions, 'ports' | 'environment'>;
    } = {},
  ): Promise<Slice> {
    const restarted: string[] = [];
    const cloud = await Cloud.start(
      {
        stateDir: mkdtempSync(join(tmpdir(), 'frontpage-e2e-')),
        ...options.cloud,
        settings: options.settings ?? usualSettings,
        bufferIntervalSeconds: 300,
        heartbeatSeconds: 1,
        clockMs: startOfDayMs(runDate),
        compiled: compiledPrograms,
        events: {
          restarted: (name) => restarted.push(name),
          lost: (name, logFile) => console.error(`${name} is lost; see ${logFile}`),
        },
      },
      () => undefined,
    );
    const slice = new Slice(cloud, await cloud.connectTemporal(), { ...usualNewsroom, ...options.newsroom });
    return Object.assign(slice, { restarted });
  }

  async stop(): Promise<void> {
    await this.client.connection.close();
    await this.cloud.stop();
  }

  /** The input of a run that an operator starts by hand. */
  dailyInput(): DailyInput {
    return { runDate, settings: loadPipelineSettings(this.cloud.environment) };
  }

  backfill(): Promise<void> {
    return backfillDay(this.client, this.cloud.environment, runDate);
  }

  /** The same clicks in every slice. */
  fill(): Promise<FilledDay> {
    return fillLake(
      newsroomSource({ ...this.newsroom, runDate }),
      runDate,
      {
        lake: this.lake,
        collectorUrl: this.cloud.urls.collector,
        setClock: (nowMs, speed) => this.cloud.setClock(nowMs, speed),
        stepMinutes: 20,
        signal: new AbortController().signal,
      },
      { historyDay: () => undefined, hour: () => undefined },
    );
  }

  /** The run as soon as this holds of it, looked at four times a second; the test's own time limit ends a vain wait. */
  async when(holds: (view: RunView) => boolean, day: RunDate = runDate): Promise<RunView> {
    for (;;) {
      const view = await viewRun(this.client, day).catch(() => undefined);
      if (view !== undefined && holds(view)) return view;
      // Each look is work for the worker and for Temporal, who have other work to do.
      await sleep(250);
    }
  }

  async whenPublished(day: RunDate = runDate): Promise<RunSummary> {
    const view = await this.when(({ state }) => state !== 'running', day);
    if (view.result?.outcome !== 'published') throw new Error(`the run did not publish: ${JSON.stringify(view)}`);
    return view.result.summary;
  }

  /** The clock of the day, by which serving measures its budgets, is as fast as the wall from here on. */
  async letReadersAsk(): Promise<void> {
    await this.cloud.setClock(await this.cloud.clockMs(), 1);
  }

  /** Partition key → articles and expiry, of everything the trainer wrote for the table. */
  async listsOfShards(jobName: string): Promise<Map<string, string>> {
    const lists = new Map<string, string>();
    for (const { key } of await this.lake.list(modelPrefix(jobName))) {
      if (!key.endsWith('.json.gz')) continue;
      const text = gunzipSync((await this.lake.get(key)) ?? '').toString('utf8');
      for (const line of text.split('\n').filter((part) => part !== '')) {
        const { pk, articles, expiresAt } = parseShardLine(line);
        lists.set(pk, `${articles} until ${expiresAt}`);
      }
    }
    return lists;
  }

  /** The same, of everything the table holds under a version. */
  async listsOfTable(version: string): Promise<Map<string, string>> {
    const dynamodb = new DynamoDBClient(this.cloud.aws);
    const lists = new Map<string, string>();
    for await (const page of paginateScan({ client: dynamodb }, { TableName: table, ConsistentRead: true })) {
      for (const item of page.Items ?? []) {
        const pk = item['pk']?.S ?? '';
        if (item['sk']?.S !== `v#${version}` || pk === 'versions') continue;
        lists.set(pk, `${item['articles']?.S} until ${item['expires_at']?.N}`);
      }
    }
    dynamodb.destroy();
    return lists;
  }
}

/**
 * The demo's path on a small slice, twice over the same clicks: once in calm, and once with every accident that the house
 * promises to survive. What readers get must be the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { postControl } from '../../local/control';
import { findLateObjects, OrderRefused, runAgain } from '../../src/clients/operatorOrders';
import { startRun, viewRun } from '../../src/clients/runs';
import { clicksHourPrefix } from '../../src/domain/keys';
import { versionOf } from '../../src/domain/version';
import { runDate, Slice } from './slice';

const timeLimitMs = 600_000;
let slice: Slice | undefined;
/** What the table held after the calm run. */
let calm: ReadonlyMap<string, string> | undefined;

afterEach(async () => {
  await slice?.stop();
  slice = undefined;
}, 60_000);

describe('the path from clicks to front pages', () => {
  it(
    'turns the clicks that the collector took into lists that the serving API answers, and does a day again only for clicks that came late',
    async () => {
      slice = await Slice.start();
      await slice.backfill();
      const day = await slice.fill();
      const summary = await slice.whenPublished();
      expect(summary.clicks).toMatchObject({ runDate: day.clicks, malformed: 0, duplicates: 0 });
      expect(summary.ledger).toEqual({ spools: 1, acknowledged: day.clicks, found: day.clicks });
      calm = await slice.listsOfTable(summary.version);
      expect(calm).toEqual(await slice.listsOfShards(summary.trainingAttempts[0]?.jobName ?? ''));

      await slice.letReadersAsk();
      const [reader] = day.clicksOfReader.keys();
      const served = await fetch(`${slice.cloud.urls.serving}/v1/users/${reader}/recommendations?limit=5`);
      const page = z
        .object({ version: z.string(), tier: z.string(), articles: z.array(z.string()) })
        .parse(await served.json());
      expect(page).toMatchObject({ version: summary.version, tier: 'personal' });
      expect(page.articles).toHaveLength(5);
      expect(calm.get(`u#${reader}`)).toMatch(new RegExp(`^${page.articles.join(' ')} `));

      const before = await viewRun(slice.client, runDate);
      await slice.backfill();
      const again = await slice.when(
        (view) => view.state === 'completed' && view.startedAtMs > (before?.startedAtMs ?? 0),
      );
      expect(again.result).toEqual({ outcome: 'already published', runDate, version: summary.version });

      await expect(runAgain(slice.client, slice.dailyInput())).rejects.toBeInstanceOf(OrderRefused);
      const [delivered] = await slice.lake.list(clicksHourPrefix(runDate, 12));
      await slice.lake.copy(delivered?.key ?? '', `${clicksHourPrefix(runDate, 12)}delivered-late.gz`);
      expect(await runAgain(slice.client, slice.dailyInput())).toMatchObject({
        how: 'started',
        late: { generation: 1, objects: 1, sizeBytes: delivered?.sizeBytes },
      });
      const second = await slice.when((view) => view.state !== 'running' && view.startedAtMs > again.startedAtMs);
      expect(second.result).toMatchObject({
        outcome: 'published',
        summary: { generation: 2, version: versionOf(runDate, 25), clicks: { runDate: summary.clicks.runDate } },
      });
      expect(await findLateObjects(slice.client, runDate)).toMatchObject({ generation: 2, objects: 0 });
    },
    timeLimitMs,
  );

  it(
    'gives readers the same through a Spot reclaim, a second start, and the SIGKILL of SageMaker, of Temporal, and of the worker in the middle of the load',
    async () => {
      slice = await Slice.start();
      const { supervisor, urls } = slice.cloud;
      await postControl(urls.sagemaker, 'reclaims', { phase: 'tune', iteration: 100 });
      await slice.backfill();
      await slice.fill();

      await slice.when((view) => (view.training?.progress?.resumedFrom.length ?? 0) > 0);
      expect(await startRun(slice.client, slice.dailyInput())).toBe('joined');
      await supervisor.kill('sagemaker');
      await supervisor.kill('temporal');
      const loading = await slice.when((view) => view.state !== 'running' || (view.itemsLoaded ?? 0) > 0);
      expect(loading).toMatchObject({ state: 'running', status: { stage: 'loading' } });
      // Not at its very beginning: some of it is in the table, some is not.
      await sleep(1000);
      await supervisor.kill('worker');

      const summary = await slice.whenPublished();
      expect(slice.restarted).toEqual(['sagemaker', 'temporal', 'worker']);
      expect(summary.trainingAttempts).toMatchObject([{ outcome: 'completed', interruptions: 1 }]);
      expect(summary.trainingAttempts[0]?.resumedFrom[0]).toBeGreaterThan(0);
      const stored = await slice.listsOfTable(summary.version);
      expect(stored).toEqual(await slice.listsOfShards(summary.trainingAttempts[0]?.jobName ?? ''));
      expect(summary.itemsLoaded).toBe(stored.size);
      expect(calm?.size).toBeGreaterThan(1000);
      expect(stored).toEqual(calm);
    },
    timeLimitMs,
  );
});

/** A backfill whose payloads are encrypted: also then nothing of it is loaded or published. */
import { randomBytes } from 'node:crypto';
import { DefaultLogger, Worker } from '@temporalio/worker';
import { startBackfill, viewBackfill } from '../../src/clients/backfills';
import { parsePayloadKeys } from '../../src/clients/payloadKeys';
import { connectClient, dataConverterOf, ensureSearchAttributes } from '../../src/clients/temporalClient';
import { searchAttributes, taskQueue } from '../../src/contract';
import { parseRunDate } from '../../src/domain/runDate';
import { bundleWorkflows } from '../../src/workflowBundle';
import { activitiesOf, dailyInput } from '../support/scenarios';
import { quietRuntime, startDevServer } from '../support/workflowEnvironment';

it('a backfilled day keeps what is live when its payloads are encrypted', async () => {
  quietRuntime();
  const payloadKeys = parsePayloadKeys(`k1:${randomBytes(32).toString('base64')}`);
  const env = await startDevServer();
  const client = await connectClient({ connectionOptions: { address: env.address }, payloadKeys });
  try {
    await ensureSearchAttributes(client, Object.values(searchAttributes));
    const { activities, trace } = activitiesOf({ readLive: async () => null });
    const dataConverter = dataConverterOf({ payloadKeys });
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      workflowBundle: await bundleWorkflows({ logger: new DefaultLogger('ERROR'), encrypted: true }),
      activities: { ...activities },
      ...(dataConverter === undefined ? {} : { dataConverter }),
      debugMode: true,
    });
    const day = parseRunDate('2026-11-02');
    await worker.runUntil(async () => {
      const days = [{ runDate: day, generation: 1 }];
      const { settings } = dailyInput;
      await startBackfill(client, { from: day, to: day, days, concurrency: 1, publish: false, settings });
      for (;;) {
        const { isOver, status } = await viewBackfill(client, day, day);
        if (!isOver) continue;
        expect(status?.done).toEqual([{ runDate: day, outcome: 'not published' }]);
        break;
      }
    });
    expect(trace.calls).toContain('keepInteractions');
    expect(trace.calls).not.toContain('publish');
    expect(trace.calls).not.toContain('loadShards');
  } finally {
    await client.connection.close();
    await env.teardown();
  }
});

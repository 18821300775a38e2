/**
 * The collector's promise through SIGKILL: what was answered 202 is delivered, and the ledger knows it. The real process,
 * killed at a random instant under load and started again over the same spool, before a Firehose that refuses and fails.
 *
 * Each round is one kill. A hundred of them: KILL_ROUNDS=100 npx jest test/collector/kill
 * A kill does not take away what is written and not flushed; that flushes come before answers is pinned in spool.test.ts.
 */
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import Fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addToDigest, digestText, emptyDigest } from '../../src/domain/ledger';
import { listeningUrl, runProgram } from '../support/runProgram';
import { click, eventually, freshFolder } from './collectorFixture';
import { RecordingFirehose } from './recordingFirehose';

const rounds = Number(process.env['KILL_ROUNDS'] ?? 4);
const senders = 12;
const longestRoundMs = 400;

const storedSchema = z.object({ event_id: z.string(), ack: z.string() });
const ledgerSchema = z.object({
  spool: z.string(),
  hour: z.string(),
  first: z.number(),
  count: z.number(),
  digest: z.string(),
});

let child: ChildProcess | undefined;
let s3: FastifyInstance | undefined;
const firehose = new RecordingFirehose({ failingCalls: 0.1, refusedRecords: 0.2 });

afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await Promise.all([firehose.stop(), s3?.close()]);
});

/** Takes what is put, whatever it is; the last content of each key. */
async function startS3(objects: Map<string, string>): Promise<string> {
  s3 = Fastify({ forceCloseConnections: true });
  s3.removeAllContentTypeParsers();
  s3.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  s3.put('/*', (request, reply) => {
    objects.set(decodeURIComponent(request.url.split('?')[0] ?? ''), String(request.body));
    return reply.send();
  });
  return s3.listen({ host: '127.0.0.1', port: 0 });
}

/** Sends until the collector is gone; notes what was answered 202. */
async function sendUntilGone(url: string, acknowledged: Set<string>, prefix: string): Promise<void> {
  for (let request = 0; ; request++) {
    const eventIds = Array.from({ length: 1 + (request % 4) }, (_, index) => `${prefix}-${request}-${index}`);
    try {
      const response = await fetch(`${url}/v1/clicks`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(eventIds.map((id) => click(id))),
      });
      if (response.status === 202) eventIds.forEach((id) => acknowledged.add(id));
    } catch {
      return;
    }
  }
}

describe('a collector that is killed', () => {
  it(
    'has delivered, after its last start, every click that it ever acknowledged, and its ledger counts exactly these',
    async () => {
      const objects = new Map<string, string>();
      const environment = {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_FIREHOSE: await firehose.start(),
        AWS_ENDPOINT_URL_S3: await startS3(objects),
        FRONTPAGE_STREAM: 'clicks',
        FRONTPAGE_BUCKET: 'lake',
        COLLECTOR_ID: 'web1',
        COLLECTOR_PORT: '0',
        COLLECTOR_LINGER_MS: '5',
        COLLECTOR_SPOOL_DIR: freshFolder(),
        COLLECTOR_EVENT_TIME: 'accept',
        COLLECTOR_REQUESTS_PER_MINUTE: '1000000',
        LOG_LEVEL: 'info',
      };
      const acknowledged = new Set<string>();
      for (let round = 0; round < rounds; round++) {
        const collector = runProgram('src/collector/main.ts', environment);
        child = collector.child;
        const url = await listeningUrl(collector);
        const sending = Array.from({ length: senders }, (_, sender) =>
          sendUntilGone(url, acknowledged, `r${round}-s${sender}`),
        );
        // On a machine that is busy the rounds before may have ended with next to nothing.
        if (round === rounds - 1) await eventually(() => acknowledged.size > rounds * senders);
        await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * longestRoundMs));
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await Promise.all([exited, ...sending]);
      }

      const last = runProgram('src/collector/main.ts', environment);
      child = last.child;
      const url = await listeningUrl(last);
      for (let waits = true; waits; ) {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        waits = !/^frontpage_collector_spool_undelivered_clicks 0$/m.test(metrics);
      }
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);

      const eventIdOf = new Map<number, string>();
      const spools = new Set<string>();
      for (const line of firehose.lines.filter((one) => !one.includes('heartbeat_at'))) {
        const { event_id: eventId, ack } = storedSchema.parse(JSON.parse(line));
        const number = Number(ack.slice(ack.lastIndexOf(':') + 1));
        expect(eventIdOf.get(number) ?? eventId).toBe(eventId);
        eventIdOf.set(number, eventId);
        spools.add(ack.slice(0, ack.lastIndexOf(':')));
      }
      const delivered = new Set(eventIdOf.values());
      expect(acknowledged.size).toBeGreaterThan(rounds * senders);
      expect([...acknowledged].filter((id) => !delivered.has(id))).toEqual([]);
      expect(firehose.torn).toEqual([]);
      expect([...spools]).toEqual([expect.stringMatching(/^web1-[0-9a-f]{8}$/)]);
      expect(Math.max(...eventIdOf.keys())).toBe(eventIdOf.size);

      const ledgers = [...objects.values()].map((text) => ledgerSchema.parse(JSON.parse(text)));
      expect(ledgers.reduce((sum, { count }) => sum + count, 0)).toBe(eventIdOf.size);
      for (const { spool, hour, first, count, digest } of ledgers) {
        expect(objects.has(`/lake/ledger/dt=${hour.slice(0, 10)}/hr=${hour.slice(11)}/${spool}.json`)).toBe(true);
        let expected = emptyDigest;
        for (let number = first; number < first + count; number++) {
          expected = addToDigest(
            expected,
            createHash('sha256')
              .update(eventIdOf.get(number) ?? '')
              .digest(),
          );
        }
        expect(digest).toBe(digestText(expected));
      }
    },
    60_000 + rounds * 5_000,
  );
});

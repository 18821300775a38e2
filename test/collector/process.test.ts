/** The collector as the process that operators start and stop. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import Fastify, { type FastifyInstance } from 'fastify';
import { listeningUrl, runFromSource, until } from '../support/runProgram';
import { click, freshFolder } from './collectorFixture';
import { RecordingFirehose } from './recordingFirehose';

const main = 'src/collector/main.ts';

describe('the collector process', () => {
  let firehose: FastifyInstance | undefined;
  let child: ChildProcess | undefined;

  afterEach(async () => {
    if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await firehose?.close();
  });

  it('delivers and answers what it has taken when it is told to stop, exits well, and logs no reader', async () => {
    const calls: unknown[] = [];
    let answerCalls = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      answerCalls = resolve;
    });
    firehose = Fastify({ forceCloseConnections: true });
    firehose.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    firehose.post('/', async (request, reply) => {
      calls.push(request.body);
      await held;
      return reply.send(JSON.stringify({ FailedPutCount: 0, RequestResponses: [{ RecordId: 'id' }] }));
    });
    const endpoint = await firehose.listen({ host: '127.0.0.1', port: 0 });

    const collector = runFromSource(main, {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_FIREHOSE: endpoint,
      FRONTPAGE_STREAM: 'clicks',
      COLLECTOR_PORT: '0',
      COLLECTOR_LINGER_MS: '10',
      COLLECTOR_SPOOL_DIR: freshFolder(),
      COLLECTOR_EVENT_TIME: 'accept',
      FRONTPAGE_BUCKET: 'lake',
      // Nobody listens there: the ledger waits for another start.
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
      LOG_LEVEL: 'trace',
    });
    child = collector.child;
    const url = await listeningUrl(collector);
    await until(() => (calls.length >= 1 ? true : undefined));
    const body = JSON.stringify(click('e1', { user_id: 'reader-7' }));
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    const waiting = fetch(`${url}/v1/clicks`, init);
    await until(() => (calls.length >= 2 ? true : undefined));
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    answerCalls();
    expect((await waiting).status).toBe(202);
    expect(await exited).toEqual([0, null]);
    expect(collector.output()).not.toContain('reader-7');
  });

  it('ends in its time though the stream never answers, and its next start delivers what it left on disk', async () => {
    const silent = Fastify({ forceCloseConnections: true });
    silent.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    silent.post('/', () => new Promise<never>(() => undefined));
    firehose = silent;
    const environment = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_FIREHOSE: await silent.listen({ host: '127.0.0.1', port: 0 }),
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
      FRONTPAGE_STREAM: 'clicks',
      FRONTPAGE_BUCKET: 'lake',
      COLLECTOR_PORT: '0',
      COLLECTOR_LINGER_MS: '10',
      COLLECTOR_DRAIN_SECONDS: '0.2',
      COLLECTOR_SPOOL_DIR: freshFolder(),
    };
    const first = runFromSource(main, environment);
    child = first.child;
    const answer = await fetch(`${await listeningUrl(first)}/v1/clicks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(click('left-on-disk', { occurred_at: new Date().toISOString() })),
    });
    expect(answer.status).toBe(202);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);

    const answering = new RecordingFirehose();
    const next = runFromSource(main, { ...environment, AWS_ENDPOINT_URL_FIREHOSE: await answering.start() });
    child = next.child;
    await until(() => answering.lines.find((line) => line.includes('left-on-disk')));
    await answering.stop();
  });

  it('ends with one sentence that names the variable when its environment is incomplete', async () => {
    const collector = runFromSource(main, {
      AWS_REGION: 'us-east-1',
      COLLECTOR_SPOOL_DIR: freshFolder(),
      FRONTPAGE_BUCKET: 'lake',
    });
    child = collector.child;
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(collector.output()).toBe('FRONTPAGE_STREAM is missing\n');
  });
});

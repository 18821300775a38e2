/** The serving API as the process that operators start and stop. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { listeningUrl, runFromSource } from '../support/runProgram';

const main = 'src/serving/main.ts';
const environment = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  // Nobody listens on the discard port, so each read of the table fails at once.
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9',
  FRONTPAGE_TABLE: 'recommendations',
  SERVING_PORT: '0',
};

describe('the serving process', () => {
  let child: ChildProcess | undefined;

  afterEach(() => {
    if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  });

  it('answers 503 while the table is away, logs why without naming the reader, and exits well when told to stop', async () => {
    const serving = runFromSource(main, { ...environment, LOG_LEVEL: 'trace' });
    child = serving.child;
    const url = await listeningUrl(serving);
    expect((await fetch(`${url}/v1/users/reader-7/recommendations`)).status).toBe(503);
    expect((await fetch(`${url}/v1/users/reader%207/recommendations`)).status).toBe(400);
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(serving.output()).toContain('nothing to serve');
    expect(serving.output()).toContain('ECONNREFUSED');
    expect(serving.output()).not.toMatch(/reader.{0,2}7/);
  });

  it('does not start beyond this machine without a key', async () => {
    const serving = runFromSource(main, { ...environment, SERVING_HOST: '0.0.0.0' });
    child = serving.child;
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(serving.output()).toMatch(/^SERVING_API_KEY is missing: .*\n$/);
  });
});

/** The programs as operators run them, with secrets in their environment, at their most talkative, and with everything going wrong. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listeningUrl, type RunningEntryPoint, runProgram, until } from '../support/runProgram';

const secrets = {
  AWS_SECRET_ACCESS_KEY: 'secretOfAws0123456789',
  AWS_SESSION_TOKEN: 'sessionOfAws0123456789',
  SERVING_API_KEY: 'secretOfServing0123456789',
  CODEC_SERVER_API_KEY: 'secretOfCodecServer0123456789',
  FRONTPAGE_PAYLOAD_KEYS: `k1:${Buffer.from('secretOfPayloads0123456789012345').toString('base64')}`,
};
const environment = {
  ...secrets,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  // Nobody listens on the discard port.
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  FRONTPAGE_TABLE: 'recommendations',
  FRONTPAGE_STREAM: 'clicks',
  FRONTPAGE_BUCKET: 'lake',
  LOG_LEVEL: 'trace',
};
const reader = 'reader-who-is-nobodys-business';
const body = JSON.stringify({
  event_id: 'e1',
  user_id: reader,
  article_id: 'a1',
  occurred_at: new Date().toISOString(),
});

let child: ChildProcess | undefined;
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'frontpage-secrets-'));
});
afterEach(() => {
  if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

async function started(file: string, more: Readonly<Record<string, string>>): Promise<RunningEntryPoint> {
  const program = runProgram(file, { ...environment, ...more });
  child = program.child;
  return program;
}

/** Ends the program and reads all that it has printed. */
async function printed(program: RunningEntryPoint): Promise<string> {
  const exited = once(program.child, 'exit');
  program.child.kill('SIGTERM');
  await exited;
  return program.output();
}

function expectNoSecret(text: string): void {
  for (const secret of [...Object.values(secrets), 'k1:', reader]) expect(text).not.toContain(secret);
  expect(text).not.toMatch(/AWS4-HMAC|Signature=|Credential=/);
}

describe('a log', () => {
  it('of serving holds no key and no reader, when the table is away and keys are wrong', async () => {
    const program = await started('src/serving/main.ts', { SERVING_PORT: '0' });
    const url = await listeningUrl(program);
    for (const key of [secrets.SERVING_API_KEY, `${secrets.SERVING_API_KEY}x`, '']) {
      const answer = await fetch(`${url}/v1/users/${reader}/recommendations`, { headers: { 'x-api-key': key } });
      expect(answer.status).toBe(key === secrets.SERVING_API_KEY ? 503 : 401);
      expectNoSecret((await answer.text()).replaceAll(reader, ''));
    }
    const text = await printed(program);
    expect(text).toContain('ECONNREFUSED');
    expectNoSecret(text);
  });

  it('of the collector holds no key and no reader, when the stream and the lake are away', async () => {
    const program = await started('src/collector/main.ts', {
      COLLECTOR_PORT: '0',
      COLLECTOR_SPOOL_DIR: dir,
      COLLECTOR_LINGER_MS: '1',
      COLLECTOR_DRAIN_SECONDS: '0.1',
    });
    const url = await listeningUrl(program);
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${url}/v1/clicks`, { method: 'POST', headers, body })).status).toBe(202);
    expect((await fetch(`${url}/v1/clicks`, { method: 'POST', headers, body: `${body}}` })).status).toBe(400);
    await until(() => /ECONNREFUSED/.exec(program.output()) ?? undefined);
    expectNoSecret(await printed(program));
  });

  it('of the codec server holds no key and no payload', async () => {
    const program = await started('src/codecServer.ts', { CODEC_SERVER_PORT: '0' });
    const at = await until(() => /http:\/\/127\.0\.0\.1:\d+/.exec(program.output())?.[0]);
    const data = Buffer.from(JSON.stringify(reader)).toString('base64');
    for (const authorization of [`Bearer ${secrets.CODEC_SERVER_API_KEY}`, 'Bearer wrong']) {
      for (const payload of [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data }, { data: '!' }]) {
        await fetch(`${at}/encode`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization },
          body: JSON.stringify({ payloads: [payload] }),
        });
      }
    }
    const text = await printed(program);
    expectNoSecret(text);
    expect(text).not.toContain(data);
  });

  it('of a program that does not start names the variable and not its value', async () => {
    const wrong = 'short-secret';
    for (const [file, name] of [
      ['src/serving/main.ts', 'SERVING_API_KEY'],
      ['src/codecServer.ts', 'CODEC_SERVER_API_KEY'],
      ['src/codecServer.ts', 'FRONTPAGE_PAYLOAD_KEYS'],
    ] as const) {
      const program = await started(file, { [name]: wrong });
      expect(await once(program.child, 'exit')).toEqual([1, null]);
      expect(program.output()).toContain(name);
      expect(program.output()).not.toContain(wrong);
    }
  });
});

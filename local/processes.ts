/** Starting and ending the programs of the laptop cloud, and finding them free ports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export class StartFailed extends Error {
  override readonly name = 'StartFailed';
}

/** A program of the laptop cloud that runs in the background. */
export interface RunningProgram {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the program has ended, however it ended. */
  readonly ended: Promise<void>;
  /** SIGTERM, then SIGKILL after the grace; resolves when the program is gone. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface ProgramSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Standard output and error are appended here. */
  readonly logFile: string;
}

/**
 * Below 32768, where systems begin to take ports for outgoing connections: one of those could be gone before its program listens,
 * or while it is started again. Above 10080, which browsers refuse.
 */
const firstPort = 10_240;
/** Processes that choose at the same time do it in lanes of their own. */
const lanes = 16;
const portsOfLane = 1408;
let nextOfLane = randomInt(portsOfLane);

/** A TCP port of loopback that nobody listens on at this moment, and that was not given before. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < portsOfLane; tried++) {
    const port = firstPort + lanes * (nextOfLane++ % portsOfLane) + (process.pid % lanes);
    if (!(await isTaken(port))) return port;
  }
  throw new Error(`all ports from ${firstPort} to 32767 that this process may choose from are taken`);
}

/** Whether a program of this machine has it. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });
}

export function startProgram(spec: ProgramSpec): RunningProgram {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = createWriteStream(spec.logFile, { flags: 'a' });
  const child: ChildProcess = spawn(spec.command, spec.args, {
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: an interrupt from the terminal reaches only the starter, which then stops all in order.
    detached: true,
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => log.end(resolve));
    child.once('error', (error) => {
      log.write(`cannot start ${spec.command}: ${error.message}\n`);
    });
  });

  async function signalAndWait(signal: NodeJS.Signals): Promise<void> {
    child.kill(signal);
    await ended;
  }

  return {
    name: spec.name,
    pid: child.pid ?? -1,
    ended,
    async stop(graceMs = 10_000) {
      const abort = new AbortController();
      const late = sleep(graceMs, undefined, { signal: abort.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
      await signalAndWait('SIGTERM');
      abort.abort();
      await late;
    },
    kill: () => signalAndWait('SIGKILL'),
  };
}

/** Waits until `probe` answers without throwing; fails when the program ends first or the time is over. */
export async function whenReady(
  program: RunningProgram,
  probe: () => Promise<unknown>,
  timeoutMs = 30_000,
): Promise<void> {
  const state = { over: false };
  void program.ended.then(() => {
    state.over = true;
  });
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (!state.over && Date.now() < deadline) {
    try {
      await probe();
      return;
    } catch (error) {
      last = error;
      await sleep(100);
    }
  }
  throw new StartFailed(`${program.name} ${state.over ? 'ended at once' : 'did not answer'}: ${String(last)}`);
}

/** A probe for `whenReady`: any HTTP answer below 500 counts. */
export async function answersHttp(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  if (response.status >= 500) throw new Error(`${url} answered ${response.status}`);
}

/** When a process started, in clock ticks since boot; `undefined` where there is no such process, or no /proc. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command may hold spaces and parentheses; field 22 is counted from behind its last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

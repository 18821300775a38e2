/** The programs of a bench: each on a core of its own where the system allows that, measured by the CPU time it takes. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** What is measured has the one core; load and what stands behind it have the other. */
export const measuredCore = 0;
export const otherCore = 1;

const clockTicksPerSecond = 100;
const hasTaskset = spawnSync('taskset', ['--version']).status === 0;

/** A TypeScript program of the repository. */
export interface BenchProgram {
  readonly core: number;
  /** Relative to the repository. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function commandLine({ core, file, args = [], nodeArgs = [] }: BenchProgram): [string, string[]] {
  const path = join(__dirname, '..', file);
  const node = [process.execPath, ...nodeArgs, '--import', require.resolve('tsx'), path, ...args];
  const [command = '', ...rest] = hasTaskset ? ['taskset', '-c', String(core), ...node] : node;
  return [command, rest];
}

const environmentOf = ({ env = {} }: BenchProgram) => ({ ...process.env, NODE_NO_WARNINGS: '1', ...env });

/** Starts a program that runs until it is stopped. */
export function startBenchProgram(program: BenchProgram): ChildProcess {
  const [command, rest] = commandLine(program);
  return spawn(command, rest, { env: environmentOf(program), stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Runs a program to its end; what it prints on standard error is shown. */
export async function runBenchProgram(program: BenchProgram): Promise<string> {
  const [command, rest] = commandLine(program);
  const { stdout, stderr } = await promisify(execFile)(command, rest, { env: environmentOf(program) });
  if (stderr !== '') console.error(stderr);
  return stdout;
}

/** Looks until the probe does not throw any more. */
export async function untilReady(probe: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await probe();
      return;
    } catch (error) {
      if (tries === 200) throw new Error('a program of the bench did not start', { cause: error });
      await sleep(50);
    }
  }
}

/** CPU time of a process so far, of all its threads. */
export function cpuSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = '', system = ''] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / clockTicksPerSecond;
}

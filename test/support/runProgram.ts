/** Runs an entry point of src as its operators do, in an environment of its own, and reads what it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { nodeArguments, sourceArguments } from './nodeArguments';

export interface RunningEntryPoint {
  readonly child: ChildProcess;
  /** Everything printed so far, standard output and error together. */
  output(): string;
}

/** `file` is relative to the repository; of the test's own environment only PATH is passed on. */
export function runProgram(
  file: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): RunningEntryPoint {
  return run([...nodeArguments(file), ...args], environment);
}

/** The same from its TypeScript, as `npm run` starts it. */
export function runFromSource(file: string, environment: Readonly<Record<string, string>>): RunningEntryPoint {
  return run(sourceArguments(file), environment);
}

function run(args: readonly string[], environment: Readonly<Record<string, string>>): RunningEntryPoint {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return { child, output: () => text };
}

/** The address in the log line that says where a server listens. */
export async function listeningUrl(program: RunningEntryPoint): Promise<string> {
  return until(() => /listening at (http:[^"]+)/.exec(program.output())?.[1]);
}

/** Looks again and again until there is something; the test's own time limit ends a vain wait. */
export async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

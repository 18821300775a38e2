/**
 * The trainer's process, in a way that outlives this server. A small shell around it notes its own pid and start time
 * before and the exit code after, so a restarted server finds a running trainer again and learns how a finished one
 * ended. The pid file is created exclusively: whoever creates it decides whether this attempt ever starts.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrorCode } from '../systemError';

export type TrainerState =
  | { readonly kind: 'running' }
  | { readonly kind: 'exited'; readonly exitCode: number }
  /** Gone without an exit code: killed with its whole group. */
  | { readonly kind: 'lost' };

export interface Trainer {
  state(): TrainerState;
  /** To the whole process group; a group that is gone is left alone. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface TrainerSpec {
  /** The attempt's folder; pid and exit code are kept here. */
  readonly dir: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Standard output and error are appended here. */
  readonly logFile: string;
}

/**
 * $1 is the attempt's folder, the rest the command. The trap keeps this shell alive through a SIGTERM of the group, and
 * is not inherited by the trainer. `set -C` makes `>` fail on an existing file.
 */
const wrapper = `
set -C
trap : TERM
dir=$1; shift
echo "$$ $(cut -d' ' -f22 /proc/$$/stat 2>/dev/null)" > "$dir/pid" || exit 1
"$@"
echo $? > "$dir/exit-code.new" && mv "$dir/exit-code.new" "$dir/exit-code"
`;

export function startTrainer(spec: TrainerSpec): Trainer {
  const log = openSync(spec.logFile, 'a');
  const child = spawn('/bin/sh', ['-c', wrapper, 'trainer', spec.dir, ...spec.command], {
    cwd: spec.cwd,
    env: spec.env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start /bin/sh for ${spec.command.join(' ')} in ${spec.cwd}`);
  return trainerOf(spec.dir, pid, () => isRunning(child));
}

/**
 * The trainer of an attempt that an earlier server started. `undefined` when it was never started; it then never will be.
 */
export async function findTrainer(dir: string): Promise<Trainer | undefined> {
  try {
    writeFileSync(join(dir, 'pid'), '', { flag: 'wx' });
    return undefined;
  } catch (error) {
    // Not even the attempt's folder is there yet.
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    if (!hasErrorCode(error, 'EEXIST')) throw error;
  }
  const [pid, startedAt] = await readPidFile(dir);
  if (pid === undefined) return undefined;
  return trainerOf(dir, pid, () => startedAt !== undefined && processStart(pid) === startedAt);
}

function trainerOf(dir: string, pid: number, isAlive: () => boolean): Trainer {
  return {
    state() {
      // In this order: an exit code appears before the shell ends.
      const alive = isAlive();
      const exitCode = readExitCode(dir);
      if (exitCode !== undefined) return { kind: 'exited', exitCode };
      return alive ? { kind: 'running' } : { kind: 'lost' };
    },
    signal(signal) {
      // Another process with this number can only exist when our group has ended.
      if (!isAlive() && processStart(pid) !== undefined) return;
      try {
        process.kill(-pid, signal);
      } catch (error) {
        if (!hasErrorCode(error, 'ESRCH')) throw error;
      }
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function readExitCode(dir: string): number | undefined {
  const text = readIfThere(join(dir, 'exit-code'));
  return text === undefined ? undefined : Number(text);
}

/** The file is created an instant before it is written; one that stays empty belongs to a shell that was killed then. */
async function readPidFile(dir: string): Promise<[pid?: number, startedAt?: string]> {
  for (let look = 0; look < 10; look += 1) {
    const text = readIfThere(join(dir, 'pid')) ?? '';
    if (text.endsWith('\n')) {
      const [pid, startedAt] = text.trim().split(' ');
      return startedAt === undefined ? [Number(pid)] : [Number(pid), startedAt];
    }
    await sleep(50);
  }
  return [];
}

/** Start of a process in clock ticks since boot; `undefined` where there is none, only a zombie, or no /proc. */
function processStart(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The command may hold spaces and parentheses; fields are counted from behind its last one: state is 3, start is 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : fields[19];
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // ESRCH: the process ended between open and read.
    if (hasErrorCode(error, 'ENOENT') || hasErrorCode(error, 'ESRCH')) return undefined;
    throw error;
  }
}

/**
 * One process for a spool: two would give out the same numbers. The lock is a file that names its holder by process id and
 * start time; one whose holder has ended, by SIGKILL for instance, is taken over.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from './fileSystem';

export class SpoolLocked extends Error {
  override readonly name = 'SpoolLocked';
}

/** Throws `SpoolLocked` while another process holds the folder. Answers the release. */
export function lockSpool(folder: string): () => void {
  const lock = join(folder, 'lock');
  const mine = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) ?? '', id: randomUUID() });
  const candidate = `${lock}.${process.pid}`;
  try {
    writeFileSync(candidate, mine);
    if (!linked(candidate, lock)) {
      const holder = textOf(lock);
      if (holder !== undefined && isAlive(holder)) throw locked(folder);
      const stale = `${candidate}.stale`;
      renameSync(lock, stale);
      // Of two that take over at once, the second may have moved the lock of the first.
      const moved = textOf(stale);
      if (moved !== holder) linked(stale, lock);
      rmSync(stale);
      if (moved !== holder || !linked(candidate, lock)) throw locked(folder);
    }
  } finally {
    rmSync(candidate, { force: true });
  }
  return () => {
    if (textOf(lock) === mine) rmSync(lock);
  };
}

function locked(folder: string): SpoolLocked {
  return new SpoolLocked(`another collector works in ${folder}: give each its own COLLECTOR_SPOOL_DIR`);
}

/** A link appears whole or not at all, and never in place of another file. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(holder: string): boolean {
  const [, pid = '', startedAt = ''] = /"pid":(\d+),"startedAt":"(\d*)"/.exec(holder) ?? [];
  if (pid === '') return false;
  if (startedAt !== '') return startOf(Number(pid)) === startedAt;
  if (Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** A process id is used again, in a container at every start; with the start time it is one process. Linux only. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command may hold spaces and parentheses; field 22 is counted from behind its last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

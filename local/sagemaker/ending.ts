/** What the end of a trainer means for its job. */
import { open } from 'node:fs/promises';
import { hasErrorCode } from '../systemError';
import { failureReasons } from './errors';
import { endingOf, type StopCause, type TerminalStatus } from './job';

export type AttemptEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'stopped'; readonly cause: StopCause }
  | { readonly kind: 'reclaimed' }
  /** The service itself failed. */
  | { readonly kind: 'broken' };

/** An end after which the job does not go on. */
export type FinalEnd = Exclude<AttemptEnd, { kind: 'reclaimed' | 'broken' }>;

export interface JobEnding {
  readonly status: TerminalStatus;
  readonly failureReason?: string;
}

/** `failureFile` is what the trainer may have written to /opt/ml/output/failure. */
export async function jobEnding(attemptEnd: FinalEnd, failureFile: string): Promise<JobEnding> {
  if (attemptEnd.kind === 'stopped') return { status: endingOf(attemptEnd.cause) };
  const { exitCode } = attemptEnd;
  if (exitCode === 0) return { status: 'Completed' };
  // SIGKILL that neither a reclaim nor a stop sent: on a real host, the kernel short of memory.
  if (exitCode === 137) return { status: 'Failed', failureReason: failureReasons.outOfMemory };
  return { status: 'Failed', failureReason: failureReasons.algorithm(await headOf(failureFile), exitCode) };
}

/** The first 1024 characters; empty when there is no such file. */
async function headOf(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
      return buffer.toString('utf8', 0, bytesRead).slice(0, 1024);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return '';
    throw error;
  }
}

/**
 * Gives wrong inputs to targets, one after another. An input is known by its number: with the same seed it is the same again.
 * A failure is an error that the target's documents do not know, an answer after the time limit, an unhandled rejection, an
 * uncaught exception, or memory that only grows.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Inputs } from './inputs';
import type { Target } from './target';

export interface Fuzz {
  readonly inputs: number;
  readonly seed: number;
  readonly targets: readonly Target[];
  /** Told before each input, for whoever watches from outside. */
  readonly onInput?: (index: number, target: string) => void;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly byTarget: Readonly<Record<string, number>>;
  /** `input 17, collector body: Broken: …`; no more than the first twenty. */
  readonly failures: readonly string[];
  readonly slowestMs: number;
  readonly slowestInput: string;
  /** Growth of the memory of the process over all inputs. */
  readonly grownMegabytes: number;
}

/** Far above what an input takes on a busy machine. */
const maxInputMs = 10_000;
const maxFailures = 20;

export async function fuzz({ inputs, seed, targets, onInput }: Fuzz): Promise<FuzzResult> {
  const failures: string[] = [];
  const byTarget: Record<string, number> = {};
  let slowestMs = 0;
  let slowestInput = 'none';
  let present = 'before the first input';
  const told = (kind: string) => (error: unknown) => failures.push(`${present}: ${kind}: ${textOf(error)}`);
  const onRejection = told('unhandled rejection');
  const onException = told('uncaught exception');
  process.on('unhandledRejection', onRejection).on('uncaughtException', onException);
  const startBytes = process.memoryUsage().rss;
  let done = 0;
  try {
    for (; done < inputs && failures.length < maxFailures; done++) {
      const random = new Inputs(seed + done);
      const target = chosen(targets, random);
      present = `input ${done}, ${target.name}`;
      onInput?.(done, target.name);
      const startedAtMs = performance.now();
      try {
        await within(maxInputMs, target.run(random));
      } catch (error) {
        failures.push(`${present}: ${textOf(error)}`);
      }
      const tookMs = performance.now() - startedAtMs;
      if (tookMs > slowestMs) [slowestMs, slowestInput] = [tookMs, present];
      // A parser that takes its time without a pause is not seen by the limit above.
      if (tookMs > maxInputMs) failures.push(`${present}: took ${Math.round(tookMs)} ms`);
      byTarget[target.name] = (byTarget[target.name] ?? 0) + 1;
    }
    present = 'after the last input';
    for (const target of targets) {
      try {
        await target.close?.();
      } catch (error) {
        failures.push(`at the end, ${target.name}: ${textOf(error)}`);
      }
    }
  } finally {
    process.off('unhandledRejection', onRejection).off('uncaughtException', onException);
  }
  return {
    inputs: done,
    byTarget,
    failures,
    slowestMs: Math.round(slowestMs),
    slowestInput,
    grownMegabytes: Math.round((process.memoryUsage().rss - startBytes) / 1e6),
  };
}

function chosen(targets: readonly Target[], random: Inputs): Target {
  let left = random.whole(targets.reduce((sum, { share }) => sum + share, 0));
  for (const target of targets) {
    left -= target.share;
    if (left < 0) return target;
  }
  throw new RangeError('there are no targets');
}

async function within(ms: number, work: Promise<void> | void): Promise<void> {
  if (work === undefined) return;
  const limit = new AbortController();
  const late = sleep(ms, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`no answer within ${ms} ms`);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    limit.abort();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' | ') : String(error);
}

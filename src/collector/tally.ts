/**
 * What was acknowledged, hour by hour: the figures of the ledger. Each hour has two parts, that of segments which are gone,
 * kept in the state file, and that of segments which are still there, counted again at a start. So a kill at any instant
 * loses no figure.
 */
import { hash } from 'node:crypto';
import { addDigests, addToDigest, digestOfText, digestText, emptyDigest, type Ledger } from '../domain/ledger';

interface Figures {
  count: number;
  digest: bigint;
}

interface Hour {
  readonly hour: string;
  readonly first: number;
  readonly retired: Figures;
  /** By name of segment. */
  readonly segments: Map<string, Figures>;
}

/** An hour as the state file keeps it: of its segments that are gone. */
export interface RetiredHour {
  readonly hour: string;
  readonly first: number;
  readonly count: number;
  readonly digest: string;
}

const sha256Bytes = 32;

export function digestOf(eventIds: readonly string[]): bigint {
  // By way of text: one buffer for all costs half of what a buffer for each does.
  const hashes = Buffer.from(eventIds.map((id) => hash('sha256', id, 'binary')).join(''), 'binary');
  let digest = emptyDigest;
  for (let at = 0; at < hashes.length; at += sha256Bytes) digest = addToDigest(digest, hashes.subarray(at));
  return digest;
}

export class Tally {
  private readonly hours = new Map<string, Hour>();
  private latest = '';

  constructor(retired: readonly RetiredHour[]) {
    for (const { hour, first, count, digest } of retired) {
      this.hours.set(hour, { hour, first, retired: { count, digest: digestOfText(digest) }, segments: new Map() });
      if (hour > this.latest) this.latest = hour;
    }
  }

  /** The latest hour that was ever entered. */
  get latestHour(): string {
    return this.latest;
  }

  /** Makes an entry for an hour that has none; `next` is the number its first acknowledgement will get. */
  enter(hour: string, next: number): void {
    if (hour > this.latest) this.latest = hour;
    if (this.hours.has(hour)) return;
    this.hours.set(hour, { hour, first: next, retired: { count: 0, digest: emptyDigest }, segments: new Map() });
  }

  add(hour: string, segment: string, count: number, digest: bigint): void {
    const segments = this.hours.get(hour)?.segments;
    const figures = segments?.get(segment) ?? { count: 0, digest: emptyDigest };
    segments?.set(segment, { count: figures.count + count, digest: addDigests(figures.digest, digest) });
  }

  /** The segment's figures move to the part that the state file keeps. */
  retire(hour: string, segment: string): void {
    const entry = this.hours.get(hour);
    const figures = entry?.segments.get(segment);
    if (entry === undefined || figures === undefined) return;
    entry.segments.delete(segment);
    entry.retired.count += figures.count;
    entry.retired.digest = addDigests(entry.retired.digest, figures.digest);
  }

  /** Drops an hour, unless segments of it are left: they would be counted again at the next start, without the rest. */
  forget(hour: string): void {
    if (this.hours.get(hour)?.segments.size === 0) this.hours.delete(hour);
  }

  retired(): RetiredHour[] {
    return this.sorted().map(({ hour, first, retired: { count, digest } }) => ({
      hour,
      first,
      count,
      digest: digestText(digest),
    }));
  }

  /** An hour before `openHour` is closed. */
  ledgers(spool: string, openHour: string): Ledger[] {
    return this.sorted().map(({ hour, first, retired, segments }) => {
      const parts = [retired, ...segments.values()];
      return {
        schema: 1,
        spool,
        hour,
        first,
        count: parts.reduce((sum, { count }) => sum + count, 0),
        digest: digestText(parts.reduce((sum, { digest }) => addDigests(sum, digest), emptyDigest)),
        closed: hour < openHour,
      };
    });
  }

  private sorted(): Hour[] {
    return [...this.hours.values()].sort((a, b) => (a.hour < b.hour ? -1 : 1));
  }
}

/**
 * What the fresh loop knows, in the lake: one object for each beat, and nobody writes a beat that somebody has written.
 * Format in docs/formats.md.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { FreshSettings } from '../domain/freshSettings';
import { FreshState } from '../domain/freshState';
import { beatOfFreshStateKey, freshStateKey, freshStatePrefix } from '../domain/keys';
import type { ObjectStore } from './objectStore';

export interface FreshRecord {
  readonly beat: number;
  /** Up to when clicks were counted. */
  readonly atMs: number;
  /** Under which the state was made, and can be read. */
  readonly settings: FreshSettings;
  /** ETags by key of the objects whose clicks are in the state, as far as they can still be listed. */
  readonly objects: ReadonlyMap<string, string>;
  /** Keys of those among them that could not be read and were given up. */
  readonly setAside: readonly string[];
  readonly state: FreshState;
}

export interface NewestFreshState {
  /** Absent when there is none that can be read. */
  readonly record?: FreshRecord;
  /** Of all beats that are there, readable or not; 0 when there is none. */
  readonly lastBeat: number;
  /** Newer ones that could not be read: key and reason. */
  readonly unreadable: readonly string[];
}

const name = 'frontpage-fresh-state-1';
const keptBeats = 6;
/** A state has tens of megabytes; one that unpacks to more than this was not written here. */
const maxStateBytes = 1024 * 1024 * 1024;
const gzipOf = promisify<Buffer, { level: number }, Buffer>(gzip);
const gunzipOf = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

interface Header extends Omit<FreshRecord, 'objects' | 'state'> {
  readonly objects: readonly (readonly [key: string, etag: string])[];
}

export async function newestFreshState(lake: ObjectStore): Promise<NewestFreshState> {
  const beats = (await lake.list(freshStatePrefix)).flatMap(({ key }) => beatOfFreshStateKey(key) ?? []);
  const unreadable: string[] = [];
  for (const beat of beats.toReversed()) {
    const key = freshStateKey(beat);
    const body = await lake.get(key);
    if (body === undefined) continue;
    try {
      return { record: await decode(body, beat), lastBeat: Math.max(...beats), unreadable };
    } catch (error) {
      unreadable.push(`s3://${lake.bucket}/${key}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { lastBeat: Math.max(0, ...beats), unreadable };
}

/** False when somebody else has written this beat. Written twice by one writer whose first answer was lost, it is theirs. */
export async function writeFreshState(lake: ObjectStore, record: FreshRecord): Promise<boolean> {
  const key = freshStateKey(record.beat);
  const body = await encode(record);
  if (await lake.putIfAbsent(key, body, { contentType: 'application/gzip' })) return true;
  return (await lake.get(key))?.equals(body) ?? false;
}

/** Leaves the last few, for the case that the newest cannot be read. Beats have gaps, so they are counted, not computed. */
export async function removeOldFreshStates(lake: ObjectStore, newestBeat: number, kept = keptBeats): Promise<void> {
  const beats = (await lake.list(freshStatePrefix)).flatMap(({ key }) => beatOfFreshStateKey(key) ?? []);
  const upToNewest = beats.filter((beat) => beat <= newestBeat);
  for (const beat of upToNewest.slice(0, -kept)) await lake.remove(freshStateKey(beat));
}

async function encode({ state, objects, ...rest }: FreshRecord): Promise<Buffer> {
  const header: Header = { ...rest, objects: [...objects] };
  const content = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), state.write()]);
  // Level 1: a state of tens of megabytes is written every few minutes.
  return gzipOf(Buffer.concat([Buffer.from(`${name} ${sha256(content)}\n`), content]), { level: 1 });
}

async function decode(body: Buffer, beat: number): Promise<FreshRecord> {
  const bytes = await gunzipOf(body, { maxOutputLength: maxStateBytes });
  const [content, title] = afterLine(bytes);
  if (title !== `${name} ${sha256(content)}`) throw new Error('it is damaged, or of another form');
  const [stateBytes, headerText] = afterLine(content);
  // With the right checksum it is what `encode` made.
  const { objects, ...rest }: Header = JSON.parse(headerText);
  if (rest.beat !== beat) throw new Error(`it is of beat ${rest.beat}`);
  return { ...rest, objects: new Map(objects), state: FreshState.read(stateBytes, rest.settings) };
}

function afterLine(bytes: Buffer): readonly [rest: Buffer, line: string] {
  const end = bytes.indexOf('\n');
  if (end === -1) throw new Error('it is cut short');
  return [bytes.subarray(end + 1), bytes.toString('utf8', 0, end)];
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

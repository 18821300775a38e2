/** The work of one step over one state: what to read, and what it makes of it. */
import { setImmediate as breathe } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { erasedReaders, readerHash } from '../clients/erasureRegister';
import type { FreshRecord, NewestFreshState } from '../clients/freshStates';
import type { ObjectInfo, ObjectStore } from '../clients/objectStore';
import type { CountedFreshClicks, CountFreshClicksInput, FreshHeartbeat, TimeSpan } from '../contract';
import { clickWindow, firstBytes, uncounted } from '../domain/clickWindow';
import { FreshState } from '../domain/freshState';
import type { LakeClick } from '../domain/lakeLine';
import { LineCounts } from '../domain/lineCounts';
import { totalBytes } from '../domain/partitionManifest';
import { failure } from '../failures';
import { CorruptGzip } from './gzipLines';
import { readClickObject } from './readClickObject';

/** An object that was corrupt at so many tries is corrupt in the lake, and not on its way. */
const triesOfObject = 3;
/** So many are counted at a stretch, before anything else of this process has its turn. */
const clicksAtOnce = 2000;

export class FreshStep {
  private readonly context = Context.current();
  private readonly nowMs: number;
  private readonly before: FreshRecord | undefined;
  private readonly state: FreshState;
  private readonly counts = new LineCounts();
  private readonly setAside: string[] = [];
  private readonly countedAtMs: number[] = [];
  private read: readonly ObjectInfo[] = [];
  private objects: ReadonlyMap<string, string> = new Map();
  private objectsLeft = 0;
  private skipped: TimeSpan | undefined;

  constructor(
    private readonly lake: ObjectStore,
    private readonly input: CountFreshClicksInput,
    private readonly newest: NewestFreshState,
  ) {
    const { record } = newest;
    // A state of other settings cannot be gone on with: its objects are read again.
    this.before = JSON.stringify(record?.settings) === JSON.stringify(input.settings) ? record : undefined;
    this.state = this.before?.state ?? FreshState.empty(input.settings);
    // A beat of an earlier time must not take for new what has gone out of the window since.
    this.nowMs = Math.max(input.nowMs, this.before?.atMs ?? 0);
  }

  async run(beat: (progress: FreshHeartbeat) => void): Promise<void> {
    const { settings, maxBytes } = this.input;
    const erased = await erasedReaders(this.lake);
    const window = clickWindow(this.nowMs, settings);
    const counted = this.before?.objects ?? new Map<string, string>();
    this.skipped = this.skippedBefore(window.fromMs);
    const listed: ObjectInfo[] = [];
    for (const prefix of window.prefixes) listed.push(...(await this.lake.list(prefix)));
    const fresh = uncounted(listed, counted, this.nowMs);
    this.read = firstBytes(fresh, maxBytes);
    this.objectsLeft = fresh.length - this.read.length;
    for (const [done, object] of this.read.entries()) {
      const progress = (): void =>
        beat({ objects: done, ofObjects: this.read.length, clicks: this.counts.figures.counted });
      await this.count(await this.clicksOf(object, progress), isOneOf(erased), progress);
    }
    this.state.prune(this.nowMs);
    const nowCounted = new Map([...counted, ...this.read.map(({ key, etag }) => [key, etag] as const)]);
    this.objects = new Map(listed.flatMap(({ key }) => entryOf(nowCounted, key)));
  }

  get record(): FreshRecord {
    const { input, objects, state } = this;
    const setAside = [...(this.before?.setAside ?? []), ...this.setAside].filter((key) => objects.has(key));
    const beat = beatAfter(this.newest.lastBeat, this.nowMs);
    return { beat, atMs: this.nowMs, settings: input.settings, objects, setAside, state };
  }

  get result(): Omit<CountedFreshClicks, 'conflicts'> {
    const inTime = this.countedAtMs.filter((atMs) => atMs <= this.nowMs).toSorted((a, b) => a - b);
    const newestClickMs = inTime.at(-1);
    const medianClickMs = inTime[Math.floor(inTime.length / 2)];
    return {
      beat: this.record.beat,
      objects: this.read.length,
      sizeBytes: totalBytes(this.read),
      lines: this.counts.figures,
      setAside: this.setAside,
      objectsLeft: this.objectsLeft,
      ...(this.skipped === undefined ? {} : { skipped: this.skipped }),
      ...(newestClickMs === undefined ? {} : { newestClickMs }),
      ...(medianClickMs === undefined ? {} : { medianClickMs }),
    };
  }

  /** After a long outage there are objects that nobody lists any more: all their clicks are too old. */
  private skippedBefore(windowFromMs: number): TimeSpan | undefined {
    const fromMs = this.before?.atMs ?? windowFromMs;
    return fromMs < windowFromMs ? { fromMs, untilMs: windowFromMs } : undefined;
  }

  /** All of an object or nothing. One that stays corrupt is set aside, or it would stop the loop for ever. */
  private async clicksOf({ key }: ObjectInfo, progress: () => void): Promise<readonly LakeClick[]> {
    try {
      const { clicks, malformed } = await readClickObject(this.lake, key, () => {
        progress();
        if (this.context.cancellationSignal.aborted) throw this.context.cancellationSignal.reason;
      });
      this.counts.add('malformed', malformed);
      return clicks;
    } catch (error) {
      if (!(error instanceof CorruptGzip)) throw error;
      const uri = `s3://${this.lake.bucket}/${key}`;
      if (this.context.info.attempt < triesOfObject) {
        throw failure(
          'ClickObjectCorrupt',
          `an object of clicks is no gzip file: ${error.message}; it is tried ${triesOfObject} times and then set aside [uri=${uri}]`,
          { cause: error },
        );
      }
      this.context.log.warn('an object of clicks is corrupt and set aside', { uri, reason: error.message });
      this.setAside.push(key);
      return [];
    }
  }

  private async count(
    clicks: readonly LakeClick[],
    isErased: (userId: string) => boolean,
    progress: () => void,
  ): Promise<void> {
    for (const [index, click] of clicks.entries()) {
      if (index % clicksAtOnce === clicksAtOnce - 1) {
        progress();
        await breathe();
      }
      if (isErased(click.userId)) {
        this.counts.add('erased');
        continue;
      }
      const outcome = this.state.count(click, this.nowMs);
      this.counts.addOutcome(outcome);
      if (outcome === 'counted') this.countedAtMs.push(click.occurredAtMs);
    }
    progress();
  }
}

/** A loop that has lost its states still numbers its beats higher than those whose items are in the table. */
function beatAfter(lastBeat: number, nowMs: number): number {
  return lastBeat === 0 ? Math.floor(nowMs / 1000) : lastBeat + 1;
}

/** A hash costs more than counting a click: once for each reader, and not at all while nobody is forgotten. */
function isOneOf(hashes: ReadonlySet<string>): (userId: string) => boolean {
  if (hashes.size === 0) return () => false;
  const known = new Map<string, boolean>();
  return (userId) => {
    const answer = known.get(userId) ?? hashes.has(readerHash(userId));
    known.set(userId, answer);
    return answer;
  };
}

function entryOf(etags: ReadonlyMap<string, string>, key: string): [string, string][] {
  const etag = etags.get(key);
  return etag === undefined ? [] : [[key, etag]];
}

/** The fresh loop: what a beat reads, counts and publishes. */
import type { FreshSettings } from '../domain/freshSettings';
import type { LineFigures } from '../domain/lineCounts';
import type { FreshLoopSettings } from './settings';

export interface FreshListsInput {
  readonly settings: FreshLoopSettings;
}

/** What was read of the lake, by a step or by all steps of a beat. */
interface FreshReading {
  readonly objects: number;
  readonly sizeBytes: number;
  readonly lines: LineFigures;
  /** Objects that could not be read and are not waited for any more. */
  readonly setAside: readonly string[];
  /** What lay unread for so long that it does not matter any more. */
  readonly skipped?: TimeSpan;
  /** Objects that are still to be read; 0 when the loop has caught up. */
  readonly objectsLeft: number;
  /** How often another beat was at work on the same state. */
  readonly conflicts: number;
}

/** What one beat did. */
export interface FreshBeat extends FreshReading {
  /** Number of the state that it published last. */
  readonly beat: number;
  /** Of a beat that reads more than one step's worth of objects, as after an outage. */
  readonly steps: number;
  readonly itemsWritten: number;
  /** Most read first. */
  readonly top: readonly string[];
  readonly clickToList?: ClickToList;
}

/** From when a click was made to when lists that count it were published; of the clicks that this beat counted first. */
export interface ClickToList {
  readonly newestSeconds: number;
  readonly medianSeconds: number;
}

export interface TimeSpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface CountFreshClicksInput {
  readonly settings: FreshSettings;
  /** The time of this step; clicks are counted up to it. */
  readonly nowMs: number;
  /** Of objects, as they are stored; at least one object is read. */
  readonly maxBytes: number;
}

export interface CountedFreshClicks extends FreshReading {
  readonly beat: number;
  /** Of the clicks that were counted, as far as they are not dated ahead. */
  readonly newestClickMs?: number;
  readonly medianClickMs?: number;
}

/** Heartbeat details of `countFreshClicks`, for the Temporal UI. */
export interface FreshHeartbeat {
  readonly objects: number;
  readonly ofObjects: number;
  readonly clicks: number;
}

export interface PublishFreshListsInput {
  readonly keepMinutes: number;
}

export interface PublishedFreshLists {
  /** Of the newest state, which is what was published. */
  readonly beat: number;
  readonly written: number;
  readonly unchanged: number;
  /** Items that were of this beat or a later one already. */
  readonly superseded: number;
  readonly sections: number;
  readonly nextLists: number;
  readonly top: readonly string[];
}

/** What a start finds in the spool's folder: a state, and segments, of which the last may end in a line that was cut off. */
import { eventIdOfLine } from '../domain/click';
import { hourStartMs } from '../domain/ledger';
import { AgeMarks } from './ageMarks';
import { DeliveryCursor } from './deliveryCursor';
import type { FileSystem } from './fileSystem';
import { lastNumberOf, type Segment, scanSegment, segmentsOf } from './spoolSegment';
import { SpoolDamaged, StateFile } from './spoolState';
import { digestOf, Tally } from './tally';

export interface RecoveredSpool {
  readonly state: StateFile;
  readonly segments: Segment[];
  readonly tally: Tally;
  readonly cursor: DeliveryCursor;
  readonly ages: AgeMarks;
  readonly retiredThrough: number;
  /** The number that the next acknowledgement gets. */
  readonly next: number;
}

export async function recoverSpool(files: FileSystem, folder: string, collectorId: string): Promise<RecoveredSpool> {
  const { file: state, state: kept, deliveredThrough } = await StateFile.open(files, folder, collectorId);
  const { retiredThrough } = kept;
  const tally = new Tally(kept.hours);
  const ages = new AgeMarks();
  const segments: Segment[] = [];
  const through = Math.max(retiredThrough, deliveredThrough);
  const cursor = new DeliveryCursor(files, folder, segments, through);

  const found = segmentsOf(await files.names(folder));
  let next = retiredThrough + 1;
  for (const [index, segment] of found.entries()) {
    const path = `${folder}/${segment.name}`;
    if (segment.first <= retiredThrough) {
      await files.remove(path);
      continue;
    }
    if (segment.first !== next) throw damaged(path, `begins with ${segment.first}, not ${next}`);
    tally.enter(segment.hour, segment.first);
    let eventIds: string[] = [];
    const count = (): void => {
      tally.add(segment.hour, segment.name, eventIds.length, digestOf(eventIds));
      eventIds = [];
    };
    await scanSegment(segment, {
      files,
      folder,
      spool: state.spool,
      beforeNumber: found[index + 1]?.first ?? Number.POSITIVE_INFINITY,
      onLine: (line, number, endsAtByte) => {
        eventIds.push(eventIdOfLine(line));
        if (eventIds.length === 1000) count();
        if (number <= through) cursor.startAt(segment, endsAtByte);
      },
    });
    count();
    if (segment.lines === 0) {
      await files.remove(path);
      continue;
    }
    // What is cut off was never acknowledged.
    await files.truncate(path, segment.sizeBytes);
    segments.push(segment);
    ages.add(segment.first, hourStartMs(segment.hour));
    next = lastNumberOf(segment) + 1;
  }
  return { state, segments, tally, cursor, ages, retiredThrough, next };
}

function damaged(path: string, what: string): SpoolDamaged {
  return new SpoolDamaged(
    `${path} ${what}: acknowledged clicks before it are not readable; move the folder aside to begin a new spool`,
  );
}

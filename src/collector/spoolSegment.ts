/**
 * A segment: a file of the spool that holds the lines of consecutive acknowledgements of one hour. Its name says the number
 * of its first line and the hour, so a line needs nothing but its place to be found again.
 */
import { ackSuffix } from '../domain/click';
import type { FileSystem } from './fileSystem';

export interface Segment {
  readonly name: string;
  /** Number of the first line. */
  readonly first: number;
  /** Hour of acknowledgement, `YYYY-MM-DDTHH`. */
  readonly hour: string;
  /** Lines that are durable. */
  lines: number;
  /** Their bytes; what the file holds beyond them does not count. */
  sizeBytes: number;
}

const namePattern = /^(\d{15})-(\d{4}-\d{2}-\d{2}T\d{2})\.ndjson$/;

export function newSegment(first: number, hour: string): Segment {
  return { name: `${String(first).padStart(15, '0')}-${hour}.ndjson`, first, hour, lines: 0, sizeBytes: 0 };
}

export function lastNumberOf(segment: Segment): number {
  return segment.first + segment.lines - 1;
}

/** The segments of a folder, oldest first, still without their lines. Of two with one number, the later hour is the valid one. */
export function segmentsOf(names: readonly string[]): Segment[] {
  return [...names].sort().flatMap((name) => {
    const [, first, hour] = namePattern.exec(name) ?? [];
    return first === undefined || hour === undefined ? [] : [newSegment(Number(first), hour)];
  });
}

export interface ScanOptions {
  readonly files: FileSystem;
  readonly folder: string;
  readonly spool: string;
  /** Lines with this number and above were refused, and their numbers given to others. */
  readonly beforeNumber: number;
  readonly onLine: (line: string, number: number, endsAtByte: number) => void;
}

const scanBytes = 1024 * 1024;

/**
 * Reads the lines that are whole and numbered as they should be, and notes them in the segment. Stops at the first that is
 * not: what comes behind it was never durable, so never acknowledged. Memory: one piece of the file.
 */
export async function scanSegment(segment: Segment, options: ScanOptions): Promise<void> {
  const { files, folder, spool, beforeNumber, onLine } = options;
  for (;;) {
    const piece = await files.read(`${folder}/${segment.name}`, segment.sizeBytes, scanBytes);
    let start = 0;
    for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
      const line = piece.toString('utf8', start, end + 1);
      const number = segment.first + segment.lines;
      if (number >= beforeNumber || !line.endsWith(ackSuffix(spool, number))) return;
      segment.lines += 1;
      segment.sizeBytes += end + 1 - start;
      start = end + 1;
      onLine(line, number, segment.sizeBytes);
    }
    if (start === 0) return;
  }
}

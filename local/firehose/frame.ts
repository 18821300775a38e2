/**
 * The journal's unit: a header with a checksum, then a payload. A file that a kill cut short, or that a crash of the
 * machine left with a torn end, reads as the frames before the tear.
 */
import { crc32 } from 'node:zlib';

/** `records`: what one call brought, concatenated as it will be delivered. `closed`: where the buffer goes, as JSON. */
export type FrameKind = 'records' | 'closed';

export interface Frame {
  readonly kind: FrameKind;
  readonly records: number;
  readonly arrivedAtMs: number;
  readonly payload: Buffer;
}

/** Checksum, payload length, kind, records, arrival. */
const headerBytes = 4 + 4 + 1 + 4 + 8;
const kinds: readonly FrameKind[] = ['records', 'closed'];

export function encodeFrame(kind: FrameKind, records: number, arrivedAtMs: number, payload: readonly Buffer[]): Buffer {
  const payloadBytes = payload.reduce((sum, part) => sum + part.length, 0);
  const frame = Buffer.concat([Buffer.alloc(headerBytes), ...payload], headerBytes + payloadBytes);
  frame.writeUInt32LE(payloadBytes, 4);
  frame.writeUInt8(kinds.indexOf(kind), 8);
  frame.writeUInt32LE(records, 9);
  frame.writeDoubleLE(arrivedAtMs, 13);
  frame.writeUInt32LE(crc32(frame.subarray(4)), 0);
  return frame;
}

/** The whole frames from the beginning of a file, and how many bytes they take. */
export function decodeFrames(bytes: Buffer): { frames: Frame[]; validBytes: number } {
  const frames: Frame[] = [];
  let begin = 0;
  while (begin + headerBytes <= bytes.length) {
    const end = begin + headerBytes + bytes.readUInt32LE(begin + 4);
    const kind = kinds[bytes.readUInt8(begin + 8)];
    if (end > bytes.length || !kind || crc32(bytes.subarray(begin + 4, end)) !== bytes.readUInt32LE(begin)) break;
    frames.push({
      kind,
      records: bytes.readUInt32LE(begin + 9),
      arrivedAtMs: bytes.readDoubleLE(begin + 13),
      payload: bytes.subarray(begin + headerBytes, end),
    });
    begin = end;
  }
  return { frames, validBytes: begin };
}

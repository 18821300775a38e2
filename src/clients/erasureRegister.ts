/**
 * Readers who must be forgotten, in the lake: one small object for each, under the hash of the id, so that the register
 * itself knows nobody. Training and loading look into it; it is never thinned out, for old manifests can be read again.
 */
import { createHash } from 'node:crypto';
import { erasureKey, erasuresPrefix, readerPk } from '../domain/keys';
import type { ObjectStore } from './objectStore';

/** SHA-256 of the id, 64 hex digits; the trainer computes the same. */
export function readerHash(userId: string): string {
  return createHash('sha256').update(userId).digest('hex');
}

export function isReaderHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

export async function registerErasure(lake: ObjectStore, hash: string): Promise<void> {
  await lake.put(erasureKey(hash), `${JSON.stringify({ schema: 1, reader: hash })}\n`, {
    contentType: 'application/json',
  });
}

/** Whether an item of the table is the list of one of these readers. A hash costs as much as a fifth of a write, so nobody is looked for first. */
export function isListOfOneOf(readers: ReadonlySet<string>, pk: string): boolean {
  return readers.size > 0 && readers.has(readerHash(pk.slice(readerPk('').length)));
}

/** Hashes of all readers who must be forgotten. */
export async function erasedReaders(lake: ObjectStore): Promise<ReadonlySet<string>> {
  const objects = await lake.list(erasuresPrefix);
  return new Set(objects.map(({ key }) => key.slice(erasuresPrefix.length, -'.json'.length)).filter(isReaderHash));
}

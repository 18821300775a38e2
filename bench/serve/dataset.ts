/** The bench's table of versions: each article id says of which version, which list and which rank it is, so that every answer can be checked. */
import { freshItemOf, weights } from './freshDataset';

export const tableName = 'recommendations';
export const readers = 100_000;
export const listLength = 20;
export const popular = 'popular';

const expiresAt = 4_000_000_000;

export const readerId = (index: number): string => `r${String(index).padStart(6, '0')}`;
/** A version for each publish of the bench. */
export const versionOf = (publish: number): string =>
  `2026-11-${String(1 + Math.floor(publish / 99)).padStart(2, '0')}.${String(1 + (publish % 99)).padStart(2, '0')}`;

export const personalList = (subject: string, version: string): string[] =>
  Array.from({ length: listLength }, (_, rank) => `${version}:${subject}:${String(rank).padStart(2, '0')}`);

/** An item in DynamoDB's JSON, or `undefined` when the table has none of this key. */
export function itemOf(pk: string, sk: string, liveVersion: string): unknown {
  if (pk === 'live') return { pk: { S: pk }, sk: { S: sk }, version: { S: liveVersion } };
  if (pk === 'versions') return { pk: { S: pk }, sk: { S: sk }, blend: { S: JSON.stringify(weights) } };
  if (sk === 'now') return freshItemOf(pk, sk, Date.now());
  const version = sk.slice('v#'.length);
  const subject = pk === 'list#popular' ? popular : pk.slice('u#'.length);
  if (!(pk === 'list#popular' || pk.startsWith('u#r'))) return undefined;
  return {
    pk: { S: pk },
    sk: { S: sk },
    articles: { S: personalList(subject, version).join(' ') },
    expires_at: { N: String(expiresAt) },
  };
}

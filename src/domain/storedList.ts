/** A list as the table holds it, and its line in a shard. Formats in docs/formats.md. */
import { field } from './field';

export interface StoredList {
  readonly pk: string;
  readonly sk: string;
  /** Article ids in rank order, separated by one space. */
  readonly articles: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

export class InvalidShardLine extends Error {
  override readonly name = 'InvalidShardLine';
}

/** Reads one line of DynamoDB JSON. Throws `InvalidShardLine` that names what is wrong. */
export function parseShardLine(line: string): StoredList {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InvalidShardLine(`not JSON: '${line.slice(0, 60)}'`);
  }
  const item = field(value, 'Item');
  const expiresAt = Number(attribute(item, 'expires_at', 'N'));
  if (!Number.isSafeInteger(expiresAt)) throw new InvalidShardLine('expires_at is not a whole number of seconds');
  return {
    pk: attribute(item, 'pk', 'S'),
    sk: attribute(item, 'sk', 'S'),
    articles: attribute(item, 'articles', 'S'),
    expiresAt,
  };
}

function attribute(item: unknown, name: string, type: 'S' | 'N'): string {
  const value = field(field(item, name), type);
  if (typeof value !== 'string' || value === '') throw new InvalidShardLine(`${name}.${type} is missing`);
  return value;
}

/** Equality of content; used to compare what was read back with the shard. */
export function sameList(a: StoredList, b: StoredList): boolean {
  return a.pk === b.pk && a.sk === b.sk && a.articles === b.articles && a.expiresAt === b.expiresAt;
}

/**
 * A line of a shard on its way into the table. The line is DynamoDB JSON already, so its own text goes over the wire; it
 * is read only to know its key, and that it is what a shard may hold.
 */
import { InvalidShardLine, parseShardLine, type StoredList } from './storedList';

export interface ShardItem extends StoredList {
  readonly line: string;
}

/** Text of JSON in which nothing is escaped and nothing should be. */
const text = String.raw`([^"\\\u0000-\u001f]+)`;
/** A line as the trainer writes it: this is four times cheaper than JSON in general, which any other line is read as. */
const plainLine = new RegExp(
  String.raw`^\{"Item":\{"pk":\{"S":"${text}"\},"sk":\{"S":"${text}"\},"articles":\{"S":"${text}"\},"expires_at":\{"N":"(\d{1,15})"\}\}\}$`,
);

/** DynamoDB: the largest item (API reference). */
const maxItemBytes = 400 * 1024;
/** No UTF-16 unit takes more bytes in UTF-8. */
const maxBytesPerUnit = 3;

/** Reads a line that must be of this sort key. Throws `InvalidShardLine` that names what is wrong. */
export function readShardItem(line: string, sk: string): ShardItem {
  const item = readPlain(line) ?? { ...parseShardLine(line), line };
  if (item.sk !== sk) throw new InvalidShardLine(`sk is '${item.sk}', the version being loaded has '${sk}'`);
  if (line.length * maxBytesPerUnit > maxItemBytes && itemBytes(item) > maxItemBytes) {
    throw new InvalidShardLine(`the item of ${item.pk} is larger than the 400 KB that DynamoDB takes`);
  }
  return item;
}

/** The line that says this list. */
export function shardLineOf({ pk, sk, articles, expiresAt }: StoredList): string {
  return JSON.stringify({
    Item: { pk: { S: pk }, sk: { S: sk }, articles: { S: articles }, expires_at: { N: String(expiresAt) } },
  });
}

/** Bytes that a request needs for this line, at most. */
export const maxWireBytes = (line: string): number => line.length * maxBytesPerUnit;

/** Write units that the item will about consume: one for each KB begun. */
export const estimatedUnits = (line: string): number => Math.ceil(line.length / 1024);

function readPlain(line: string): ShardItem | undefined {
  const match = plainLine.exec(line);
  const pk = match?.[1];
  const sk = match?.[2];
  const articles = match?.[3];
  if (pk === undefined || sk === undefined || articles === undefined) return undefined;
  return { pk, sk, articles, expiresAt: Number(match?.[4]), line };
}

/** DynamoDB counts the UTF-8 bytes of names and texts, and a number as one byte for two digits and one more. */
export function itemBytes(item: StoredList): number {
  const texts = `pk${item.pk}sk${item.sk}articles${item.articles}expires_at`;
  return new TextEncoder().encode(texts).length + String(item.expiresAt).length / 2 + 1;
}

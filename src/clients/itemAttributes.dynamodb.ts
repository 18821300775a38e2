/** Attributes of an item of the recommendation table, and how DynamoDB refuses a condition. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

export function text(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Error(`the table's item has no text attribute '${name}' [pk=${item['pk']?.S}]`);
  return value;
}

export function count(item: Item, name: string): number {
  const value = Number(item[name]?.N);
  if (!Number.isFinite(value)) throw new Error(`the table's item has no number '${name}' [pk=${item['pk']?.S}]`);
  return value;
}

/** Whether the item was not as the condition of a write wants it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

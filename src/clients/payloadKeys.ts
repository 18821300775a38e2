/** Keys that payloads are encrypted with, as an operator writes them: `id:key,…`, keys in base64. */
import { createSecretKey, type KeyObject } from 'node:crypto';

/** As a `KeyObject`, since one that is printed or logged shows nothing of the key. */
export interface PayloadKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The first encrypts, all of them decrypt. */
export type PayloadKeys = readonly [PayloadKey, ...PayloadKey[]];

/** The message names a key by its id or its place, never by itself. */
export class InvalidPayloadKeys extends Error {
  override readonly name = 'InvalidPayloadKeys';
}

/** Of AES-256. */
const keyBytes = 32;

export function parsePayloadKeys(text: string): PayloadKeys {
  const [first, ...others] = text.split(',').map(parseKey);
  if (first === undefined) throw new InvalidPayloadKeys('needs a key');
  const keys: PayloadKeys = [first, ...others];
  const again = keys.find(({ id }, index) => keys.findIndex((key) => key.id === id) < index);
  if (again !== undefined) throw new InvalidPayloadKeys(`there are two keys '${again.id}'`);
  return keys;
}

function parseKey(text: string, index: number): PayloadKey {
  const [, id, key] = /^([A-Za-z0-9_.-]{1,64}):([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? [];
  if (id === undefined || key === undefined) {
    throw new InvalidPayloadKeys(`part ${index + 1} is not of the form id:key, the key in base64`);
  }
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== keyBytes) {
    throw new InvalidPayloadKeys(
      `key '${id}' has ${bytes.length} bytes and needs ${keyBytes}; 'openssl rand -base64 ${keyBytes}' makes one`,
    );
  }
  return { id, key: createSecretKey(bytes) };
}

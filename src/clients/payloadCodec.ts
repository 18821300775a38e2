/**
 * Encrypts payloads before they leave the process, so that Temporal keeps what it cannot read. AES-256-GCM in the layout of
 * Temporal's own samples: nonce, ciphertext, tag; the id of the key travels beside them, so that keys can be changed.
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { PayloadKey, PayloadKeys } from './payloadKeys';

/** A payload cannot be read; the message names the key that is needed, never the key itself. */
export class PayloadUnreadable extends Error {
  override readonly name = 'PayloadUnreadable';
}

const encryptedEncoding = 'binary/encrypted';
const keyIdField = 'encryption-key-id';
const nonceBytes = 12;
const tagBytes = 16;
const { Payload: wire } = temporal.api.common.v1;

/** The first key encrypts, all of them decrypt. A payload from before there were keys is read as it is. */
export function createPayloadCodec(keys: PayloadKeys): PayloadCodec {
  const [current] = keys;
  const known = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    encode: async (payloads) => payloads.map((payload) => seal(payload, current)),
    decode: async (payloads) => payloads.map((payload) => (isSealed(payload) ? open(payload, known) : payload)),
  };
}

function seal(payload: Payload, { id, key }: PayloadKey): Payload {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = [nonce, cipher.update(wire.encode(payload).finish()), cipher.final(), cipher.getAuthTag()];
  return {
    metadata: { encoding: Buffer.from(encryptedEncoding), [keyIdField]: Buffer.from(id) },
    data: Buffer.concat(sealed),
  };
}

function isSealed(payload: Payload): boolean {
  return field(payload, 'encoding') === encryptedEncoding;
}

function open(payload: Payload, known: ReadonlyMap<string, KeyObject>): Payload {
  const id = field(payload, keyIdField);
  const key = known.get(id);
  if (key === undefined) {
    throw new PayloadUnreadable(`a payload is encrypted with key '${id}', which FRONTPAGE_PAYLOAD_KEYS does not have`);
  }
  const data = payload.data ?? Buffer.alloc(0);
  if (data.length < nonceBytes + tagBytes) throw new PayloadUnreadable(`a payload of key '${id}' is cut short`);
  const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, nonceBytes));
  decipher.setAuthTag(data.subarray(-tagBytes));
  try {
    return wire.decode(Buffer.concat([decipher.update(data.subarray(nonceBytes, -tagBytes)), decipher.final()]));
  } catch (error) {
    throw new PayloadUnreadable(
      `a payload cannot be decrypted with key '${id}': it is damaged, or FRONTPAGE_PAYLOAD_KEYS has another key of this id`,
      { cause: error },
    );
  }
}

function field({ metadata }: Payload, name: string): string {
  return Buffer.from(metadata?.[name] ?? []).toString('utf8');
}

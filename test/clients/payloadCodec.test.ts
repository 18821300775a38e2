import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { defaultPayloadConverter } from '@temporalio/common';
import { createPayloadCodec, PayloadUnreadable } from '../../src/clients/payloadCodec';
import { type PayloadKeys, parsePayloadKeys } from '../../src/clients/payloadKeys';

const secret = (): string => randomBytes(32).toString('base64');
const [oldSecret, newSecret] = [secret(), secret()];
const oldKeys = parsePayloadKeys(`2026-10:${oldSecret}`);
const payload = () => defaultPayloadConverter.toPayload({ runDate: '2026-11-23', recallAt10: 0.1 });

async function sealedWith(keys: PayloadKeys) {
  const [sealed] = await createPayloadCodec(keys).encode([payload()]);
  if (sealed === undefined) throw new Error('one payload in, one out');
  return sealed;
}

describe('the payload codec', () => {
  it('gives back what it was given, and shows nothing of it on the way', async () => {
    const sealed = await sealedWith(oldKeys);
    expect(Buffer.from(sealed.data ?? []).toString('latin1')).not.toContain('2026-11-23');
    expect(Buffer.from(sealed.metadata?.['encryption-key-id'] ?? []).toString()).toBe('2026-10');
    const [opened] = await createPayloadCodec(oldKeys).decode([sealed]);
    expect(opened && defaultPayloadConverter.fromPayload(opened)).toEqual({ runDate: '2026-11-23', recallAt10: 0.1 });
  });

  it('never seals the same payload to the same bytes', async () => {
    expect((await sealedWith(oldKeys)).data).not.toEqual((await sealedWith(oldKeys)).data);
  });

  it('reads what an older key sealed, and seals with the first key', async () => {
    const both = parsePayloadKeys(`2026-11:${newSecret},2026-10:${oldSecret}`);
    const [opened] = await createPayloadCodec(both).decode([await sealedWith(oldKeys)]);
    expect(opened && defaultPayloadConverter.fromPayload(opened)).toMatchObject({ recallAt10: 0.1 });
    const sealed = await sealedWith(both);
    expect(Buffer.from(sealed.metadata?.['encryption-key-id'] ?? []).toString()).toBe('2026-11');
  });

  it('reads payloads from before there were keys as they are', async () => {
    const plain = payload();
    expect(await createPayloadCodec(oldKeys).decode([plain])).toEqual([plain]);
  });

  it('names the key that is needed and not there', async () => {
    const codec = createPayloadCodec(parsePayloadKeys(`2026-11:${newSecret}`));
    await expect(codec.decode([await sealedWith(oldKeys)])).rejects.toThrow(
      "key '2026-10', which FRONTPAGE_PAYLOAD_KEYS does not have",
    );
  });

  it('refuses another key of the same id, and a payload that was changed or cut', async () => {
    const sealed = await sealedWith(oldKeys);
    const other = createPayloadCodec(parsePayloadKeys(`2026-10:${newSecret}`));
    await expect(other.decode([sealed])).rejects.toThrow("cannot be decrypted with key '2026-10'");
    const codec = createPayloadCodec(oldKeys);
    const changed = Buffer.from(sealed.data ?? []);
    changed[20] = (changed[20] ?? 0) ^ 1;
    await expect(codec.decode([{ ...sealed, data: changed }])).rejects.toThrow(PayloadUnreadable);
    await expect(codec.decode([{ ...sealed, data: changed.subarray(0, 20) }])).rejects.toThrow('cut short');
  });
});

describe('payload keys', () => {
  it.each([
    ['2026-10', 'part 1 is not of the form id:key'],
    [`2026-10:${oldSecret},`, 'part 2 is not of the form id:key'],
    ['2026-10:c2hvcnQ=', "key '2026-10' has 5 bytes and needs 32"],
    [`a:${oldSecret},a:${newSecret}`, "there are two keys 'a'"],
  ])('refuse %s and say why, without showing a key', (text, message) => {
    let said = '';
    try {
      parsePayloadKeys(text);
    } catch (error) {
      said = String(error);
    }
    expect(said).toContain(message);
    expect(said).not.toContain(oldSecret);
    expect(said).not.toContain('c2hvcnQ');
  });

  it('show nothing of themselves when they are printed or put into JSON', () => {
    for (const shown of [inspect(oldKeys, { depth: 9 }), JSON.stringify(oldKeys)]) {
      expect(shown).toContain('2026-10');
      expect(shown).not.toContain(oldSecret);
    }
  });
});

/** F7: an S3 that asks to slow down, breaks off, or hands on bytes that are not those that were stored. Real HTTP through a proxy. */
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from '../../src/clients/objectStore';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { freshBucket, testAws } from '../support/aws';
import { FaultyS3, type S3Fault } from '../support/faultyS3';

const content = Buffer.alloc(300_000, 'forty-two bytes that are not all of a kind. ');
let s3: FaultyS3;
let store: ObjectStore;

beforeEach(async () => {
  s3 = await FaultyS3.before(testAws().endpoint);
  store = createS3ObjectStore(await freshBucket(), { ...testAws(), endpoint: s3.url });
  await store.put('a/object.gz', content);
});
afterEach(() => s3.close());

describe('F7: an S3 that asks to slow down', () => {
  it.each<[string, () => Promise<unknown>, unknown]>([
    ['a listing', async () => (await store.list('a/')).map(({ key }) => key), ['a/object.gz']],
    ['a read', () => store.get('a/object.gz'), content],
    ['a stream', async () => buffer(await store.stream('a/object.gz')), content],
    ['a write', () => store.put('a/other', 'x'), undefined],
    ['a conditional write', () => store.putIfAbsent('a/other', 'x'), true],
    ['a copy', () => store.copy('a/object.gz', 'a/other'), undefined],
    ['a removal', () => store.remove('a/object.gz'), undefined],
  ])('is asked again for %s', async (_what, act, expected) => {
    s3.fail('slow down', 2);
    expect(await act()).toEqual(expected);
    expect(s3.fired).toBe(2);
  });

  it('and never stops asking gets an error in the end, not an absence', async () => {
    s3.fail('slow down', 100);
    await expect(store.get('a/object.gz')).rejects.toMatchObject({ name: 'SlowDown' });
    expect(s3.fired).toBe(5);
  });
});

describe.each<S3Fault>(['cut in the middle', 'a wrong byte'])('F7: an answer with %s', (fault) => {
  it('is read again until the object is whole and as it was stored', async () => {
    s3.fail(fault, 2);
    expect(await store.get('a/object.gz')).toEqual(content);
    expect(s3.fired).toBe(2);
  });

  it('that is all there is ends in an error that names the object', async () => {
    s3.fail(fault, 100);
    await expect(store.get('a/object.gz')).rejects.toThrow(
      `object not read whole in 4 reads [uri=s3://${store.bucket}/a/object.gz]`,
    );
    expect(s3.fired).toBe(4);
  });

  it('breaks a stream with an error before it ends', async () => {
    s3.fail(fault, 1);
    const stream = await store.stream('a/object.gz');
    let ended = false;
    stream.on('end', () => {
      ended = true;
    });
    const failed = once(stream, 'error');
    stream.resume();
    expect(String((await failed)[0])).toMatch(/^Error: (Checksum mismatch|aborted|Connection lost)/);
    expect(ended).toBe(false);
    expect(s3.fired).toBe(1);
  });
});

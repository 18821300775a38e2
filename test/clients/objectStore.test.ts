import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { freshBucket, testAws } from '../support/aws';

describe('the S3 object store', () => {
  it('gives back the stored bytes of an object, also of one marked as gzip', async () => {
    const store = createS3ObjectStore(await freshBucket(), testAws());
    await store.put('a/b.gz', Buffer.from([0x1f, 0x8b, 1, 2]), { contentEncoding: 'gzip' });
    expect(await store.get('a/b.gz')).toEqual(Buffer.from([0x1f, 0x8b, 1, 2]));
    expect(await store.get('a/none')).toBeUndefined();
  });

  it('writes once when asked to write only if absent', async () => {
    const store = createS3ObjectStore(await freshBucket(), testAws());
    expect(await store.putIfAbsent('once', 'first')).toBe(true);
    expect(await store.putIfAbsent('once', 'second')).toBe(false);
    expect((await store.get('once'))?.toString()).toBe('first');
  });

  it('lists every page of a prefix in key order', async () => {
    const store = createS3ObjectStore(await freshBucket(), testAws());
    const keys = Array.from({ length: 1010 }, (_, i) => `p/${String(i).padStart(4, '0')}`);
    for (let i = 0; i < keys.length; i += 50) {
      await Promise.all(keys.slice(i, i + 50).map((key) => store.put(key, key)));
    }
    await store.put('q/other', 'x');
    expect((await store.list('p/')).map((o) => o.key)).toEqual(keys);
  });

  it('copies an object to another key', async () => {
    const store = createS3ObjectStore(await freshBucket(), testAws());
    await store.put('training/x/dt=2026-11-23/a b.parquet', 'data');
    await store.copy('training/x/dt=2026-11-23/a b.parquet', 'interactions/dt=2026-11-23/a.parquet');
    expect((await store.get('interactions/dt=2026-11-23/a.parquet'))?.toString()).toBe('data');
  });

  it('names the object that a stream was asked for and is not there', async () => {
    const bucket = await freshBucket();
    await expect(createS3ObjectStore(bucket, testAws()).stream('none')).rejects.toThrow(
      `object not found [uri=s3://${bucket}/none]`,
    );
  });
});

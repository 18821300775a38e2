import { type BulkFile, bulkFolders, InvalidBulkInput } from '../../src/domain/bulkInput';

const shards: readonly BulkFile[] = [
  { path: 'recommendations/part-00000.json.gz', sizeBytes: 100, items: 50 },
  { path: 'recommendations/part-00001.json.gz', sizeBytes: 90, items: 40 },
  { path: 'lists/part-00000.json.gz', sizeBytes: 10, items: 3 },
];
const there = [...shards, { path: 'manifest.json', sizeBytes: 7 }, { path: 'holdout.ndjson.gz', sizeBytes: 70 }];

describe('what a bulk load reads', () => {
  it('is each folder of shards, with the items that the manifest counts in it', () => {
    expect(bulkFolders(shards, there)).toEqual([
      { folder: 'lists/', items: 3 },
      { folder: 'recommendations/', items: 90 },
    ]);
  });

  it.each<[string, readonly BulkFile[], readonly BulkFile[], string]>([
    [
      'an object that is no shard of the set',
      shards,
      [...there, { path: 'recommendations/old/part-00009.json.gz', sizeBytes: 5 }],
      'recommendations/old/part-00009.json.gz is no shard of the set',
    ],
    [
      'a shard that is missing',
      shards,
      there.slice(1),
      'part-00000.json.gz has no bytes in the lake, 100 in the manifest',
    ],
    [
      'a shard of another size',
      shards,
      there.map((file) => (file.sizeBytes === 90 ? { ...file, sizeBytes: 91 } : file)),
      'part-00001.json.gz has 91 bytes in the lake, 90 in the manifest',
    ],
    [
      'a shard that is not compressed',
      [{ path: 'lists/part-00000.json', sizeBytes: 1, items: 1 }],
      [{ path: 'lists/part-00000.json', sizeBytes: 1 }],
      'is not compressed',
    ],
    [
      'a shard that is too large',
      [{ path: 'lists/part-00000.json.gz', sizeBytes: 6 * 1024 ** 3, items: 1 }],
      [{ path: 'lists/part-00000.json.gz', sizeBytes: 6 * 1024 ** 3 }],
      'larger than the 5 GB',
    ],
  ])('is refused with %s', (_what, given, found, message) => {
    expect(() => bulkFolders(given, found)).toThrow(InvalidBulkInput);
    expect(() => bulkFolders(given, found)).toThrow(message);
  });
});

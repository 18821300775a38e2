/** What a reader of the lake must bear: objects in parts, in members, late, and without a newline between records. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { programs } from '../../local/prepare';
import { createS3ObjectStore } from '../../src/clients/objectStore.s3';
import { type Click, clickLine } from '../../src/domain/click';
import { testAws } from '../support/aws';
import { contentsOf, FirehoseBench, keysOf, yesterday } from './fixtures/firehoseBench';
import { until } from './fixtures/localServer';

let bench: FirehoseBench;
beforeEach(async () => {
  bench = await FirehoseBench.start();
});
afterEach(() => bench.close());

const readSchema = z.object({ event_ids: z.array(z.string()), malformed: z.number(), damaged: z.boolean() });
/** The trainer's own reading of one object. */
const readObject = `
import json, sys
from pathlib import Path
from frontpage_trainer.click_lines import parse_clicks
from frontpage_trainer.lake_objects import unpack

unpacked = unpack(sys.argv[1], Path(sys.argv[1]))
parsed = parse_clicks(unpacked.content, damaged=unpacked.damaged)
print(json.dumps({
    "event_ids": parsed.clicks["event_id"].to_list(),
    "malformed": parsed.malformed,
    "damaged": unpacked.damaged,
}))
`;

function readByTrainer(body: Buffer): z.infer<typeof readSchema> {
  const folder = mkdtempSync(join(tmpdir(), 'frontpage-object-'));
  try {
    const path = join(folder, 'object.gz');
    writeFileSync(path, body);
    return readSchema.parse(JSON.parse(execFileSync(programs.python, ['-c', readObject, path], { encoding: 'utf8' })));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const eventIds = Array.from({ length: 40 }, (_, index) => `e${index}`);
const line = (eventId: string): string =>
  clickLine({
    event_id: eventId,
    user_id: 'r1',
    article_id: 'a1',
    occurred_at: `${yesterday}T10:00:00.000Z`,
  } satisfies Click);
const bodyOf = async (key = ''): Promise<Buffer> => (await bench.store.get(key)) ?? Buffer.alloc(0);
/** As Node writes the head of a member at this level. */
const memberHead = Buffer.from('1f8b0800000000000403', 'hex').toString('latin1');
const membersIn = (body: Buffer): number => body.toString('latin1').split(memberHead).length - 1;

test('an object of several gzip members, cut within a line, is read wholly by the trainer', async () => {
  await bench.create('clicks');
  await bench.control('faults', { fault: 'several-gzip-members', members: 3 });
  await bench.put('clicks', ...eventIds.map(line));
  await bench.moveTo('10:01:00');
  const body = await bodyOf((await bench.keys())[0]);
  expect(membersIn(body)).toBe(3);
  expect(await bench.contents('clicks')).toEqual([eventIds.map(line).join('')]);
  expect(readByTrainer(body)).toEqual({ event_ids: eventIds, malformed: 0, damaged: false });

  await bench.put('clicks', line('next'));
  await bench.moveTo('10:02:00');
  expect(membersIn(await bodyOf((await bench.keys())[1]))).toBe(1);
});

test('records that end without a newline run together, and the trainer reads each of them', async () => {
  await bench.create('clicks');
  await bench.put('clicks', ...eventIds.map((eventId) => line(eventId).trimEnd()));
  await bench.moveTo('10:01:00');
  expect((await bench.contents('clicks'))[0]).not.toContain('\n');
  expect(readByTrainer(await bodyOf((await bench.keys())[0]))).toEqual({
    event_ids: eventIds,
    malformed: 0,
    damaged: false,
  });
});

test('a buffer that fills again and again within its interval becomes as many objects of one hour', async () => {
  await bench.create('clicks');
  const megabyte = Buffer.alloc(1_000_000, 'x');
  for (let object = 0; object < 3; object++) await bench.put('clicks', megabyte, megabyte);
  await until(
    () => bench.keys(),
    (keys) => keys.length === 3,
  );
  for (const key of await bench.keys()) expect(key).toContain('/hr=10/clicks-1-');
  expect((await bench.contents('clicks')).map((content) => content.length)).toEqual([2_000_000, 2_000_000, 2_000_000]);
});

test('what several hosts deliver comes as several objects of the same time, with each call in one of them', async () => {
  await bench.create('clicks');
  await bench.control('faults', { fault: 'several-objects', parts: 3 });
  for (const eventId of eventIds) await bench.put('clicks', line(eventId));
  await bench.moveTo('10:01:00');
  const keys = await bench.keys();
  expect(keys).toHaveLength(3);
  for (const key of keys) expect(key).toContain(`/hr=10/clicks-1-${yesterday}-10-01-00-`);
  const parts = (await bench.contents('clicks')).map((content) => content.split(/(?<=\n)/));
  expect(parts.map(({ length }) => length).sort((a, b) => a - b)).toEqual([13, 13, 14]);
  // They overlap in time: none holds only neighbours.
  for (const lines of parts) expect(lines).not.toEqual(eventIds.map(line).slice(0, lines.length));
  expect(parts.flat().sort()).toEqual(eventIds.map(line).sort());
  expect(await bench.stateOfStream('clicks')).toMatchObject({ bufferedRecords: 0, objectsDelivered: 3 });
});

test('fewer calls than parts make fewer objects, none of them empty', async () => {
  await bench.create('clicks');
  await bench.control('faults', { fault: 'several-objects', parts: 5 });
  await bench.put('clicks', line('e1'));
  await bench.moveTo('10:01:00');
  expect(await bench.contents('clicks')).toEqual([line('e1')]);
});

test('a late object lies in the hour of its oldest record, beside what was delivered long before', async () => {
  await bench.create('clicks');
  await bench.put('clicks', line('in time'));
  await bench.moveTo('10:20:00');
  await bench.control('faults', { fault: 'delay-delivery', seconds: 18 * 3600 });
  await bench.put('clicks', line('late'));
  await bench.moveTo('23:59:59');
  const before = await bench.keys();
  await bench.moveTo('28:20:00');
  const late = (await bench.keys()).filter((key) => !before.includes(key));
  expect(before).toHaveLength(1);
  expect(late).toEqual([expect.stringContaining(`clicks/dt=${yesterday}/hr=10/clicks-1-`)]);
  expect(await bench.contents('clicks')).toEqual([line('in time'), line('late')]);
});

test('a restart before S3 took them keeps the parts and the members of an object', async () => {
  const bucket = `${bench.bucket}-later`;
  await bench.control('settings', { waitSeconds: 0.2 });
  await bench.create('clicks', { BucketARN: `arn:aws:s3:::${bucket}` });
  await bench.control('faults', { fault: 'several-objects', parts: 2 });
  await bench.control('faults', { fault: 'several-gzip-members', members: 4 });
  for (const eventId of eventIds) await bench.put('clicks', line(eventId));
  expect(await bench.control('flush', {})).toMatchObject({ status: 503 });
  await bench.restart();
  const s3 = new S3Client({ ...testAws(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  s3.destroy();
  const store = createS3ObjectStore(bucket, testAws());
  const keys = await until(
    () => keysOf(store),
    ({ length }) => length === 2,
  );
  for (const key of keys) expect(membersIn((await store.get(key)) ?? Buffer.alloc(0))).toBe(4);
  const lines = (await contentsOf(store, 'clicks')).flatMap((content) => content.split(/(?<=\n)/));
  expect(lines.sort()).toEqual(eventIds.map(line).sort());
});

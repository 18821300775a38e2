/** Everything that reads what somebody else wrote, called in process: requests, the lake, the table, the local servers' protocol. */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { decodeFrames, encodeFrame } from '../../../local/firehose/frame';
import * as firehose from '../../../local/firehose/request';
import * as sagemaker from '../../../local/sagemaker/request';
import { acknowledgedClicks } from '../../../src/activities/acknowledgedClicks';
import { parseFrozenManifest } from '../../../src/activities/frozenManifest';
import { readModelManifest } from '../../../src/activities/modelArtefact';
import { readClickObject } from '../../../src/activities/readClickObject';
import { isReaderHash } from '../../../src/clients/erasureRegister';
import { newestFreshState } from '../../../src/clients/freshStates';
import { contentTypes, readClickBody } from '../../../src/collector/clickBody';
import { RequestRate } from '../../../src/collector/requestRate';
import { defaultBlendWeights, parseBlendWeights } from '../../../src/domain/blendWeights';
import { clickLine, isId } from '../../../src/domain/click';
import { hashOfBytes } from '../../../src/domain/freshHash';
import { parsePopular, parseScored } from '../../../src/domain/freshItem';
import { defaultFreshSettings } from '../../../src/domain/freshSettings';
import { FreshState } from '../../../src/domain/freshState';
import {
  beatOfFreshStateKey,
  erasureKey,
  freshStateKey,
  hourOfClicksKey,
  jobOfModelUri,
  ledgerKey,
  modelPrefix,
} from '../../../src/domain/keys';
import { isHeartbeat, lakeClickOf, valuesOfLine } from '../../../src/domain/lakeLine';
import { parseRunDate } from '../../../src/domain/runDate';
import { readShardItem, shardLineOf } from '../../../src/domain/shardItem';
import { runDateOfVersion } from '../../../src/domain/version';
import { isLocalName } from '../../../src/pages/localNames';
import { parseReaderId, parseSection, parseSelection } from '../../../src/serving/selection';
import { createMemoryLake } from '../../support/memoryLake';
import type { Inputs } from './inputs';
import { must, refusing, refusingLater, type Target } from './target';

const runDate = parseRunDate('2026-11-23');
const nowMs = Date.parse('2026-11-23T12:00:00Z');
export const rightClick = {
  event_id: 'e1',
  user_id: 'r1',
  article_id: 'a1',
  occurred_at: '2026-11-23T10:00:00.000Z',
  section: 'sport',
  session_id: 's1',
  referrer: 'https://example.org/"\\',
};
const storedLine = `${JSON.stringify({ ...rightClick, ack: 'spool:1' })}\n`;

/** One or many clicks, as a body of one of the content types. */
export function clickBody(inputs: Inputs, contentType: string): Buffer {
  const clicks = Array.from({ length: 1 + inputs.whole(4) }, () => rightClick);
  if (contentType !== 'application/x-ndjson') return inputs.json(inputs.chance(0.5) ? rightClick : clicks);
  return Buffer.concat(clicks.flatMap((one) => [inputs.json(one), Buffer.from('\n')]));
}

function collectorBody(inputs: Inputs): void {
  const contentType = inputs.pick(contentTypes);
  const policy = inputs.pick(['accept', 'reject', 'restamp'] as const);
  const rule = { policy, maxFutureSeconds: 300, maxAgeHours: 48 };
  const body = readClickBody(contentType, clickBody(inputs, contentType).toString('utf8'), rule, nowMs);
  if (!body.ok) {
    must(body.error !== '' && body.error.length < 1000, 'a refusal is a short text');
    return;
  }
  for (const click of body.clicks) {
    const line = clickLine(click);
    must(line.indexOf('\n') === line.length - 1, 'a click is one line');
    must(JSON.stringify(JSON.parse(line)) === line.trimEnd(), 'the line says what it holds');
    must([click.event_id, click.user_id, click.article_id].every(isId), 'ids are ids');
    must(lakeClickOf(JSON.parse(line)) !== undefined, 'what the collector takes, the fresh loop counts');
  }
}

function lakeLine(inputs: Inputs): void {
  const line = inputs.json(rightClick).toString('utf8') + (inputs.chance(0.3) ? storedLine : '');
  for (const value of valuesOfLine(line) ?? []) {
    isHeartbeat(value);
    const click = lakeClickOf(value);
    must(click === undefined || (isId(click.userId) && isId(click.articleId)), 'ids are ids');
  }
}

async function clickObject(inputs: Inputs): Promise<void> {
  const lake = createMemoryLake();
  const packed = gzipSync(storedLine.repeat(1 + inputs.whole(20)), { level: 1 });
  await lake.put('clicks/x.gz', inputs.mutated(inputs.chance(0.3) ? Buffer.concat([packed, packed]) : packed));
  const stream = { ...lake, stream: async (key: string) => Readable.from([lake.objects.get(key) ?? Buffer.alloc(0)]) };
  await refusingLater(['CorruptGzip'], () => readClickObject(stream, 'clicks/x.gz', () => undefined));
}

function shardLine(inputs: Inputs): void {
  const right = shardLineOf({ pk: 'u#r1', sk: 'v#1', articles: 'a1 a2', expiresAt: 1_800_000_000 });
  const line = inputs.chance(0.5)
    ? inputs.mutated(Buffer.from(right)).toString('utf8')
    : inputs.json(JSON.parse(right)).toString('utf8');
  refusing(['InvalidShardLine'], () => {
    must(readShardItem(line, 'v#1').sk === 'v#1', 'an item is of the version that is loaded');
  });
}

function freshItems(inputs: Inputs): void {
  const table = 'a1 0 sport 1,2 3,4\na2 z  ,1 2,';
  const popular = inputs.mutated(Buffer.from(`10 60\n1,2\n${table}`)).toString('utf8');
  refusing(['InvalidFreshItem'], () => parsePopular(inputs.chance(0.2) ? inputs.text() : popular));
  const scored = inputs.mutated(Buffer.from('a1:0.5 a2:1e-3 a:b:0')).toString('utf8');
  refusing(['InvalidFreshItem'], () => parseScored(inputs.chance(0.2) ? inputs.text() : scored));
}

const freshState = stateBytes();

function stateBytes(): Buffer {
  const state = FreshState.empty(defaultFreshSettings);
  for (let n = 0; n < 12; n++) {
    state.count(
      { userId: `r${n % 4}`, articleId: `a${n % 5}`, occurredAtMs: nowMs - n * 60_000, section: 'sport' },
      nowMs,
    );
  }
  return Buffer.from(state.write());
}

/** Mutated behind its checksum, which is then right again: as somebody would write it who wants it to be read. */
function freshStateFile(inputs: Inputs): void {
  const headBytes = freshState.indexOf('\n') + 1;
  const body = inputs.mutated(freshState.subarray(headBytes + 8));
  const sum = Buffer.alloc(8);
  sum.writeDoubleLE(hashOfBytes(body));
  const bytes = Buffer.concat([freshState.subarray(0, headBytes), inputs.chance(0.1) ? inputs.bytes(8) : sum, body]);
  refusing(['InvalidFreshState', 'RangeError'], () => {
    FreshState.read(bytes, defaultFreshSettings).write();
  });
}

async function freshStateObject(inputs: Inputs): Promise<void> {
  const lake = createMemoryLake();
  await lake.put(freshStateKey(7), inputs.mutated(gzipSync(inputs.mutated(freshState), { level: 1 })));
  must((await newestFreshState(lake)).record === undefined, 'a state without its checksum is not read');
}

function manifest(inputs: Inputs): void {
  const entry = { key: 'clicks/dt=2026-11-23/hr=00/x.gz', etag: 'e', sizeBytes: 1 };
  const right = { schema: 1, runDate, clicks: [entry], interactions: [entry], ledgers: [entry] };
  refusing(['ManifestInvalid'], () => parseFrozenManifest(inputs.json(right), runDate, 's3://lake/manifest'));
}

async function modelManifest(inputs: Inputs): Promise<void> {
  const lake = createMemoryLake();
  const file = {
    path: 'recommendations/part-00000.json.gz',
    kind: 'shard',
    sizeBytes: 1,
    sha256: '0'.repeat(64),
    items: 1,
  };
  const right = { schema: 1, runDate, version: '2026-11-23.01', items: 1, readers: 1, files: [file] };
  await lake.put(`${modelPrefix('job')}manifest.json`, inputs.json(right));
  await refusingLater(['ModelArtefactInvalid'], async () => {
    const { files } = await readModelManifest(lake, { runDate, version: '2026-11-23.01', jobName: 'job' });
    must(
      files.every(({ path }) => !path.split('/').includes('..')),
      'no file of a model leads out of its folder',
    );
  });
}

async function ledgers(inputs: Inputs): Promise<void> {
  const lake = createMemoryLake();
  await lake.put(ledgerKey(runDate, 3, 'web1'), inputs.json({ schema: 1, count: 5 }));
  for (const count of (await acknowledgedClicks(lake, runDate)).values()) must(count >= 0, 'a count is a number');
}

function names(inputs: Inputs): void {
  const text = inputs.text();
  refusing(['InvalidRunDate'], () => parseRunDate(text));
  refusing(['RangeError', 'InvalidRunDate'], () => runDateOfVersion(text));
  beatOfFreshStateKey(text);
  jobOfModelUri(text);
  must((hourOfClicksKey(runDate, `clicks/dt=2026-11-23/hr=${text}`) ?? 0) < 24, 'an hour is one of a day');
  if (isReaderHash(text)) must(erasureKey(text).split('/').length === 2, 'a hash is no path');
  if (isLocalName(text)) must(/^(127|localhost|\[::1\])/i.test(text), 'a local name is one of this machine');
  new RequestRate(1).secondsToWait(text, nowMs);
  refusing(['InvalidBlendWeights'], () => parseBlendWeights(inputs.twisted(defaultBlendWeights)));
}

function servingParameters(inputs: Inputs): void {
  refusing(['InvalidParameter'], () => {
    must(/^[A-Za-z0-9_.:-]{1,64}$/.test(parseReaderId({ id: inputs.text() })), 'an id of a reader has no # for a key');
  });
  refusing(['InvalidParameter'], () => parseSection({ section: inputs.text() }));
  const right = { limit: '10', exclude: 'a1,a2', current: 'a1', recent: 'a1,a2' };
  refusing(['InvalidParameter'], () => {
    const { limit, visit = [] } = parseSelection(inputs.twisted(right));
    must(limit >= 1 && limit <= 50 && visit.length <= 21, 'a selection is bounded');
    must(visit.every(isId), 'ids are ids');
  });
}

export const rightStream = {
  DeliveryStreamName: 'clicks',
  DeliveryStreamType: 'DirectPut',
  ExtendedS3DestinationConfiguration: {
    RoleARN: 'arn:aws:iam::000000000000:role/delivery',
    BucketARN: 'arn:aws:s3:::lake',
    Prefix: 'clicks/dt=!{timestamp:yyyy-MM-dd}/',
    ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/',
    BufferingHints: { SizeInMBs: 5, IntervalInSeconds: 60 },
    CompressionFormat: 'GZIP',
  },
};
export const rightRecords = { DeliveryStreamName: 'clicks', Records: [{ Data: 'e30K' }, { Data: 'e30K' }] };
export const rightUpdate = {
  DeliveryStreamName: 'clicks',
  CurrentDeliveryStreamVersionId: '1',
  DestinationId: 'destinationId-000000000001',
  ExtendedS3DestinationUpdate: { BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 60 } },
};
const firehoseRefusals = ['ValidationException', 'SerializationException', 'InvalidArgumentException'];

function firehoseRequests(inputs: Inputs): void {
  refusing(firehoseRefusals, () => firehose.parseCreateRequest(inputs.twisted(rightStream)));
  refusing(firehoseRefusals, () => firehose.parsePutRecordBatch(inputs.twisted(rightRecords)));
  refusing(firehoseRefusals, () =>
    firehose.parsePutRecord(inputs.twisted({ DeliveryStreamName: 'a', Record: { Data: '' } })),
  );
  refusing(firehoseRefusals, () => firehose.parseUpdateRequest(inputs.twisted(rightUpdate)));
  refusing(firehoseRefusals, () => firehose.parseListRequest(inputs.twisted({ Limit: 10 })));
}

function firehoseJournal(inputs: Inputs): void {
  const one = encodeFrame('records', 2, nowMs, [Buffer.from(storedLine)]);
  const journal = inputs.mutated(Buffer.concat([one, one, encodeFrame('closed', 0, nowMs, [Buffer.from('{}')])]));
  const { frames, validBytes } = decodeFrames(journal);
  must(validBytes <= journal.length && frames.length <= 3 + journal.length / 21, 'a journal ends');
}

export const rightJob = {
  TrainingJobName: 'job-1',
  RoleArn: 'arn:aws:iam::000000000000:role/training',
  HyperParameters: { seed: '1' },
  AlgorithmSpecification: {
    TrainingImage: 'trainer:test',
    TrainingInputMode: 'File',
    MetricDefinitions: [{ Name: 'iteration', Regex: 'iteration=([0-9]+)' }],
  },
  InputDataConfig: [
    { ChannelName: 'clicks', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://lake/clicks/' } } },
  ],
  OutputDataConfig: { S3OutputPath: 's3://lake/training', CompressionType: 'NONE' },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 60, MaxWaitTimeInSeconds: 60 },
  EnableManagedSpotTraining: true,
  CheckpointConfig: { S3Uri: 's3://lake/checkpoints/' },
  Environment: { A: 'b' },
  Tags: [{ Key: 'run', Value: '1' }],
};

function sagemakerRequests(inputs: Inputs): void {
  refusing(['ValidationException', 'SerializationException'], () => {
    const { TrainingJobName: name, InputDataConfig: channels = [] } = sagemaker.parseCreateRequest(
      inputs.twisted(rightJob, 0.04),
    );
    must(!/[/\\]|^\.{1,2}$/.test(name), 'the name of a job is the name of a file');
    for (const { ChannelName: folder } of channels)
      must(!/[/\\]|^\.{1,2}$/.test(folder), 'a channel is a folder of its own');
  });
}

export const parserTargets: readonly Target[] = [
  { name: 'collector body', share: 18, run: collectorBody },
  { name: 'line of the lake', share: 8, run: lakeLine },
  { name: 'object of clicks', share: 4, run: clickObject },
  { name: 'line of a shard', share: 6, run: shardLine },
  { name: 'fresh items', share: 6, run: freshItems },
  { name: 'fresh state', share: 6, run: freshStateFile },
  { name: 'object of a fresh state', share: 2, run: freshStateObject },
  { name: 'partition manifest', share: 4, run: manifest },
  { name: 'manifest of a model', share: 4, run: modelManifest },
  { name: 'ledgers', share: 2, run: ledgers },
  { name: 'names and days', share: 6, run: names },
  { name: 'parameters of serving', share: 6, run: servingParameters },
  { name: 'requests to Firehose', share: 8, run: firehoseRequests },
  { name: 'journal of Firehose', share: 2, run: firehoseJournal },
  { name: 'requests to SageMaker', share: 8, run: sagemakerRequests },
];

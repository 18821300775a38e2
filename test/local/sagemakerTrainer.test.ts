/** The real trainer on the local SageMaker: whatever is done to it, the model is the one of a calm job, byte for byte. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import { programs } from '../../local/prepare';
import { until } from './fixtures/localServer';
import { SageMakerBench, statusesOf } from './fixtures/sagemakerBench';

const metricsSchema = z.looseObject({
  evaluation: z.looseObject({ priorWeight: z.number() }),
  training: z.looseObject({ resumedFrom: z.array(z.number()) }),
});

let bench: SageMakerBench;
let calm: Map<string, string>;

beforeAll(async () => {
  const command = [programs.python, '-m', 'frontpage_trainer'];
  // One more round of the agent at the end of a trainer, so that a test knows which checkpoints are in S3.
  bench = await SageMakerBench.start({ finalCheckpointSync: true }, command);
  await bench.store.put('clicks/dt=2026-11-23/hr=12/a.gz', gzipSync(clicksOfReadersWithTaste()));
  await bench.create(requestOf('calm'));
  await bench.finished('calm');
  calm = await modelOf('calm');
});
afterAll(() => bench.close());
afterEach(() => bench.control('clear', {}));

test('in the calm job a blend wins, so all three phases take iterations', async () => {
  expect((await metricsOf('calm')).evaluation.priorWeight).toBeGreaterThan(0);
  expect((await metricsOf('calm')).training.resumedFrom).toEqual([]);
});

test.each(['kill', 'term'])('F8: reclaimed three times by %s, a training ends with the same bytes', async (mode) => {
  const name = `by-${mode}`;
  for (const iterationLine of [2, 7, 11]) {
    await bench.control('reclaims', { job: name, iterationLine, mode, graceSeconds: 20 });
  }
  await bench.create(requestOf(name));
  const job = await bench.finished(name);
  expect(statusesOf(job).filter((status) => status === 'Interrupted')).toHaveLength(3);
  expect(await modelOf(name)).toEqual(calm);
});

test('F8: an instance lost while the model is uploaded leaves no trace in the model', async () => {
  await bench.control('reclaims', { job: 'torn-upload', during: 'Uploading' });
  await bench.create(requestOf('torn-upload'));
  await until(
    () => bench.describe('torn-upload'),
    (job) => job.SecondaryStatus === 'Training',
  );
  // Keeps the second attempt from beginning, so that what the first one left can be seen.
  await bench.control('droughts', { forSeconds: 600 });
  await until(
    () => bench.describe('torn-upload'),
    (job) => job.SecondaryStatusTransitions?.at(-1)?.StatusMessage?.startsWith('Insufficient capacity') === true,
  );
  const left = await bench.keys('training/torn-upload/output/model/');
  const whole = await bench.keys('training/calm/output/model/');
  expect(left).toEqual(whole.slice(0, Math.ceil(whole.length / 2)));
  await bench.control('clear', {});
  await bench.finished('torn-upload');
  expect((await metricsOf('torn-upload')).training.resumedFrom).toEqual([60]);
  expect(await modelOf('torn-upload')).toEqual(calm);
});

test('F8: without any checkpoint in S3 a reclaimed training begins from scratch and ends with the same bytes', async () => {
  await bench.control('checkpoint-faults', { fault: 'stall', job: 'unsynced' });
  await bench.control('reclaims', { job: 'unsynced', iterationLine: 6 });
  await bench.create(requestOf('unsynced'));
  await bench.finished('unsynced');
  expect((await metricsOf('unsynced')).training.resumedFrom).toEqual([]);
  expect(await modelOf('unsynced')).toEqual(calm);
});

test.each([
  ['flip', 'npz'],
  ['flip', 'json'],
  ['cut', 'npz'],
  ['cut', 'json'],
])(
  'F9: the newest checkpoint with a %s in its %s is refused for the one before, and the log says so',
  async (how, kind) => {
    const name = `${how}-${kind}`;
    await bench.control('checkpoint-faults', { fault: 'corrupt', job: name, suffix: `state-000060.${kind}`, how });
    await bench.control('reclaims', { job: name, during: 'Uploading' });
    await bench.create(requestOf(name));
    await bench.finished(name);
    expect((await metricsOf(name)).training.resumedFrom).toEqual([59]);
    expect(logsOf(name)).toContain('checkpoint state-000060 is skipped: ');
    expect(await modelOf(name)).toEqual(calm);
  },
);

test('F9: a checkpoint of other factors is refused, and the training begins from scratch', async () => {
  const checkpoints = { CheckpointConfig: { S3Uri: `s3://${bench.bucket}/checkpoints/calm/` } };
  await bench.create(requestOf('others', { factors: '6' }, checkpoints));
  const job = await bench.finished('others');
  expect(job.TrainingJobStatus).toBe('Completed');
  expect(logsOf('others')).toContain('is skipped: it was made with another configuration or other data');
  expect((await metricsOf('others')).training.resumedFrom).toEqual([]);
});

function requestOf(
  name: string,
  parameters: Record<string, string> = {},
  changes: Partial<CreateTrainingJobCommandInput> = {},
): CreateTrainingJobCommandInput {
  return bench.spotRequest(name, {
    InputDataConfig: [
      {
        ChannelName: 'clicks',
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${bench.bucket}/clicks/` } },
      },
    ],
    HyperParameters: {
      ...{ run_date: '2026-11-23', version: '2026-11-23.01', scope: 'abc', expires_at: '1764547200' },
      ...{ factors: '8', iterations: '20', history_days: '0', popular_hours: '24', checkpoint_seconds: '0' },
      readers_per_shard: '100',
      ...parameters,
    },
    ...changes,
  });
}

async function metricsOf(name: string): Promise<z.infer<typeof metricsSchema>> {
  const text = await bench.text(`training/${name}/output/model/metrics.json`);
  return metricsSchema.parse(JSON.parse(text ?? 'null'));
}

/** Every file of the model, but for what says how the training went. */
async function modelOf(name: string): Promise<Map<string, string>> {
  const prefix = `training/${name}/output/model/`;
  const keys = (await bench.keys(prefix)).filter((key) => key !== 'metrics.json' && key !== 'manifest.json');
  const files = keys.map(
    async (key) => [key, (await bench.store.get(prefix + key))?.toString('base64') ?? ''] as const,
  );
  const { evaluation } = await metricsOf(name);
  return new Map([...(await Promise.all(files)), ['evaluation', JSON.stringify(evaluation)]]);
}

function logsOf(name: string): string {
  const dir = join(bench.dataDir, 'logs', name);
  return readdirSync(dir)
    .map((file) => readFileSync(join(dir, file), 'utf8'))
    .join('');
}

/** Four of five clicks are on the reader's own one of five sections, all alike in popularity. */
function clicksOfReadersWithTaste(): string {
  let state = 1;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const lines = Array.from({ length: 6000 }, (_, index) => {
    const reader = random(300);
    const section = random(5) > 0 ? reader % 5 : random(5);
    const at = new Date(Date.parse('2026-11-23T00:00:00Z') + random(86_400) * 1000).toISOString();
    return JSON.stringify({
      ...{ event_id: `e${index}`, user_id: `r${reader}`, article_id: `s${section}-${random(25)}`, occurred_at: at },
      section: `s${section}`,
    });
  });
  return `${lines.join('\n')}\n`;
}

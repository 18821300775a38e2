import { parseRunDate } from '../../src/domain/runDate';
import { InvalidTrainingJob, type TrainingJobInput, trainingJobSpec } from '../../src/domain/trainingJob';
import { dailyInput } from '../support/scenarios';

const place = { bucket: 'lake', roleArn: 'arn:aws:iam::000000000000:role/training', image: 'trainer:1' };
const input: TrainingJobInput = {
  runDate: parseRunDate('2026-11-23'),
  generation: 1,
  attempt: 1,
  rung: { instanceType: 'ml.m5.xlarge', market: 'spot' },
  scope: '0123456789ab',
  hasInteractions: true,
  hasLedger: true,
  historyDays: 7,
  retentionDays: 14,
  settings: dailyInput.settings.training,
};

describe('the training job of a run', () => {
  it('has a name that only run date, scope and attempt decide', () => {
    expect(trainingJobSpec(input, place).name).toBe('frontpage-2026-11-23-0123456789ab-a1');
    expect(trainingJobSpec({ ...input, rung: { instanceType: 'ml.c5.xlarge', market: 'on-demand' } }, place).name).toBe(
      'frontpage-2026-11-23-0123456789ab-a1',
    );
    expect(trainingJobSpec({ ...input, attempt: 2 }, place).name).toBe('frontpage-2026-11-23-0123456789ab-a2');
  });

  it('keeps the checkpoints of all attempts in one place, so that a later rung goes on where an earlier one stopped', () => {
    const uris = [1, 2, 3].map((attempt) => trainingJobSpec({ ...input, attempt }, place).checkpointsUri);
    expect(new Set(uris)).toEqual(new Set(['s3://lake/checkpoints/0123456789ab/']));
  });

  it('waits for capacity only on Spot: AWS refuses a waiting time on demand', () => {
    expect(trainingJobSpec(input, place).maxWaitSeconds).toBe(dailyInput.settings.training.maxWaitSeconds);
    const onDemand = trainingJobSpec({ ...input, rung: { instanceType: 'ml.m5.xlarge', market: 'on-demand' } }, place);
    expect(onDemand).not.toHaveProperty('maxWaitSeconds');
  });

  it('has channels of interactions and of the ledger only when there are any: AWS refuses a channel without objects', () => {
    const channels = (change: Partial<TrainingJobInput>): string[] =>
      trainingJobSpec({ ...input, ...change }, place).channels.map(({ name, manifestUri }) => `${name} ${manifestUri}`);
    const uri = 's3://lake/manifests/dt=2026-11-23';
    const clicks = `clicks ${uri}/clicks.manifest`;
    const interactions = `interactions ${uri}/interactions.manifest`;
    const ledger = `ledger ${uri}/ledger.manifest`;
    expect(channels({})).toEqual([clicks, interactions, ledger]);
    expect(channels({ hasInteractions: false })).toEqual([clicks, ledger]);
    expect(channels({ hasLedger: false })).toEqual([clicks, interactions]);
  });

  it('tells the trainer when items expire, counted from the end of the run date', () => {
    expect(trainingJobSpec(input, place).hyperparameters).toMatchObject({
      run_date: '2026-11-23',
      version: '2026-11-23.01',
      expires_at: String(Date.parse('2026-12-08T00:00:00Z') / 1000),
    });
  });

  it('runs no longer than the money that is left allows, and waits on Spot until the deadline', () => {
    const limited = trainingJobSpec({ ...input, maxRuntimeSeconds: 600, maxWaitSeconds: 5000 }, place);
    expect(limited).toMatchObject({ maxRuntimeSeconds: 600, maxWaitSeconds: 5000 });
    // AWS wants the waiting time to be no shorter than the running time.
    const late = trainingJobSpec({ ...input, maxRuntimeSeconds: 600, maxWaitSeconds: 1 }, place);
    expect(late).toMatchObject({ maxRuntimeSeconds: 600, maxWaitSeconds: 600 });
  });

  it('may go without checkpoints on demand, where nothing interrupts it', () => {
    const settings = { ...input.settings, hyperparameters: { checkpoint_seconds: '1000000' } };
    const rung = { instanceType: 'ml.m5.xlarge', market: 'on-demand' } as const;
    expect(trainingJobSpec({ ...input, settings, rung }, place).hyperparameters).toMatchObject({
      checkpoint_seconds: '1000000',
    });
  });

  it.each<[string, Partial<TrainingJobInput>, RegExp]>([
    [
      'Spot without checkpoints',
      { settings: { ...input.settings, hyperparameters: { checkpoint_seconds: '1000000' } } },
      /Spot without checkpoints is refused/,
    ],
    [
      'a waiting time below the running time',
      { settings: { ...input.settings, maxWaitSeconds: 10 } },
      /below maxRuntimeSeconds/,
    ],
    ['a running time over 28 days', { settings: { ...input.settings, maxRuntimeSeconds: 29 * 86_400 } }, /28 days/],
    ['a name beyond 63 characters', { scope: 'x'.repeat(60) }, /is not allowed/],
    ['a name with a character that AWS refuses', { scope: 'a_b' }, /is not allowed/],
    ['a hyperparameter with a line break', { settings: { ...input.settings, hyperparameters: { a: 'b\nc' } } }, /'a'/],
  ])('is refused with %s', (_what, change, message) => {
    expect(() => trainingJobSpec({ ...input, ...change }, place)).toThrow(InvalidTrainingJob);
    expect(() => trainingJobSpec({ ...input, ...change }, place)).toThrow(message);
  });

  it('reads each figure from the line that the trainer prints it on, and not from another', () => {
    const line = 'recall_at_10=0.0931 ndcg_at_10=0.0992 popular_recall_at_10=0.08 popular_ndcg_at_10=0.07';
    const read = Object.fromEntries(
      trainingJobSpec(input, place).metrics.map(({ name, regex }) => [name, new RegExp(regex).exec(line)?.[1]]),
    );
    expect(read).toEqual({
      iteration: undefined,
      recall_at_10: '0.0931',
      ndcg_at_10: '0.0992',
      popular_recall_at_10: '0.08',
      popular_ndcg_at_10: '0.07',
    });
  });
});

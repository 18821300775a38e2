/** One random night for a training: what Spot, SageMaker, Temporal and the worker do to it, decided by a seed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../local/newsroom/random';
import { isOver, type PlayedRun, paid, type TrainingHouse } from '../endToEnd/trainingHouse';

export interface PlayedNight {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly byDeadline: boolean;
  /** Jobs that had an instance and are not in the run's own account. */
  readonly paidBeyondNeed: number;
  readonly sameModel: boolean;
  /** Jobs that go on though their run is over. */
  readonly orphans: number;
  readonly run: PlayedRun;
}

/** On demand alone ends within a third of it on a busy machine, so every night leaves time for what a night can bring. */
const deadlineSeconds = 180;

export async function playNight(house: TrainingHouse, calm: PlayedRun, seed: number): Promise<PlayedNight> {
  const random = new Random(seed);
  const chosen = Array.from({ length: 1 + random.below(4) }, () => random.pick(faultNames));
  const run = await house.play({
    deadline: { hoursAfterStart: deadlineSeconds / 3600 },
    before: async () => {
      for (const fault of chosen.map(faultOf)) await fault.before?.(house, random);
    },
    during: async () => {
      for (const fault of chosen.map(faultOf)) await fault.during?.(house, random);
    },
  });
  const publishedAtMs = run.view.status?.stages.find(({ stage }) => stage === 'publishing')?.endedAtMs;
  const deadlineAtMs = run.view.status?.deadlineAtMs;
  const known = new Set(run.attempts.map(({ jobName }) => jobName));
  return {
    seed,
    faults: chosen,
    byDeadline: publishedAtMs !== undefined && deadlineAtMs !== undefined && publishedAtMs <= deadlineAtMs,
    paidBeyondNeed: paid(run.jobs.filter(({ name }) => !known.has(name))),
    sameModel: run.modelDigest === calm.modelDigest,
    orphans: run.jobs.filter(({ status }) => !isOver(status)).length,
    run,
  };
}

interface Fault {
  readonly before?: (house: TrainingHouse, random: Random) => Promise<void>;
  readonly during?: (house: TrainingHouse, random: Random) => Promise<void>;
}

const phases = ['tune', 'evaluate', 'refit'] as const;
const reclaim =
  (mode: 'kill' | 'term') =>
  (house: TrainingHouse, random: Random): Promise<void> =>
    house.control('reclaims', {
      phase: random.pick(phases),
      iteration: 1 + random.below(40),
      mode,
      ...(mode === 'term' ? { graceSeconds: random.below(3) } : {}),
    });

const faults = {
  'reclaimed without notice': { before: reclaim('kill') },
  'reclaimed with notice': { before: reclaim('term') },
  'no Spot for a while': {
    before: (house, random) => house.control('droughts', { forSeconds: 1 + random.below(20), reclaimsRunning: true }),
  },
  'no Spot all night': { before: (house) => house.control('droughts', { forSeconds: 3600 }) },
  'Spot gone in the middle, for good': {
    during: async (house, random) => {
      await sleep(random.below(8000));
      await house.control('droughts', { forSeconds: 3600, reclaimsRunning: true });
    },
  },
  'no room on demand for a while': {
    before: (house, random) => house.control('droughts', { market: 'on-demand', forSeconds: 1 + random.below(10) }),
  },
  'create answers lost': { before: (house, random) => house.control('drop-creates', { count: 1 + random.below(3) }) },
  'create throttled': {
    before: (house, random) =>
      house.control('errors', {
        operation: 'CreateTrainingJob',
        error: 'ThrottlingException',
        count: 1 + random.below(12),
      }),
  },
  'looks throttled': {
    before: (house, random) =>
      house.control('errors', {
        operation: 'DescribeTrainingJob',
        error: 'ThrottlingException',
        count: 1 + random.below(30),
      }),
  },
  'looks fail': {
    before: (house, random) =>
      house.control('errors', { operation: 'DescribeTrainingJob', error: 'InternalFailure', count: random.below(20) }),
  },
  'stopping refused': {
    before: (house, random) =>
      house.control('errors', { operation: 'StopTrainingJob', error: 'InternalFailure', count: 1 + random.below(12) }),
  },
  'no quota at first': {
    before: (house) =>
      house.control('errors', { operation: 'CreateTrainingJob', error: 'ResourceLimitExceeded', count: 1 }),
  },
  'checkpoints do not arrive': {
    before: (house, random) => house.control('checkpoint-faults', { fault: 'stall', seconds: random.below(15) }),
  },
  'checkpoints arrive torn': {
    before: (house, random) =>
      house.control('checkpoint-faults', { fault: 'corrupt', uploads: 1 + random.below(5), suffix: '.npz' }),
  },
  'worker killed': {
    during: async (house, random) => {
      await sleep(random.below(10_000));
      await house.slice.cloud.supervisor.kill('worker');
    },
  },
  'Temporal killed': {
    during: async (house, random) => {
      await sleep(random.below(10_000));
      await house.slice.cloud.supervisor.kill('temporal');
    },
  },
  'SageMaker killed': {
    during: async (house, random) => {
      await sleep(random.below(10_000));
      await house.slice.cloud.supervisor.kill('sagemaker');
    },
  },
} satisfies Record<string, Fault>;

type FaultName = keyof typeof faults;

function faultOf(name: FaultName): Fault {
  return faults[name];
}

const faultNames: readonly [FaultName, ...FaultName[]] = [
  'reclaimed without notice',
  'reclaimed without notice',
  'reclaimed with notice',
  'no Spot for a while',
  'no Spot all night',
  'Spot gone in the middle, for good',
  'no room on demand for a while',
  'create answers lost',
  'create throttled',
  'looks throttled',
  'looks fail',
  'stopping refused',
  'no quota at first',
  'checkpoints do not arrive',
  'checkpoints arrive torn',
  'worker killed',
  'Temporal killed',
  'SageMaker killed',
];

/**
 * `npm run --silent chaos:training -- --runs N --seed S --json`: random nights over the local SageMaker with a small real
 * trainer, a real worker and a real Temporal. Each run must be live by its deadline, with the model of a calm run, bit for
 * bit, and no job that is paid for beside those of its account. Exit code 1 otherwise, naming the seed of the night.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { prepare } from '../../local/prepare';
import { TrainingHouse } from '../endToEnd/trainingHouse';
import { type PlayedNight, playNight } from './trainingSchedule';

const flagsSchema = z.object({
  runs: z.coerce.number().int().positive().default(10),
  seed: z.coerce.number().int().nonnegative().default(1),
  /** Plays this one night, as a failure named it, instead. */
  only: z.coerce.number().int().nonnegative().optional(),
  json: z.boolean().default(false),
});

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { runs: text, seed: text, only: text, json: { type: 'boolean' } } });
  const flags = flagsSchema.parse(values);
  prepare((line) => console.error(line));
  const startedAtMs = Date.now();
  const seeds =
    flags.only === undefined
      ? Array.from({ length: flags.runs }, (_, index) => flags.seed * 100_000 + index)
      : [flags.only];
  const nights: PlayedNight[] = [];
  const house = await TrainingHouse.start();
  try {
    const calm = await house.play();
    for (const seed of seeds) {
      const night = await playNight(house, calm, seed);
      nights.push(night);
      if (!isGood(night)) console.error(describe(night));
    }
  } finally {
    await house.stop();
  }
  const count = (of: (night: PlayedNight) => number): number => nights.reduce((sum, night) => sum + of(night), 0);
  const result = {
    runs: nights.length,
    completedByDeadline: count(({ byDeadline }) => Number(byDeadline)),
    paidJobsBeyondNeed: count(({ paidBeyondNeed }) => paidBeyondNeed),
    modelsNotBitEqual: count(({ sameModel }) => Number(!sameModel)),
    orphanJobs: count(({ orphans }) => orphans),
    seconds: Math.round((Date.now() - startedAtMs) / 1000),
  };
  console.log(flags.json ? JSON.stringify(result) : JSON.stringify(result, undefined, 2));
  if (!nights.every(isGood)) process.exitCode = 1;
}

function isGood({ byDeadline, paidBeyondNeed, sameModel, orphans }: PlayedNight): boolean {
  return byDeadline && paidBeyondNeed === 0 && sameModel && orphans === 0;
}

function describe({ seed, faults, run, ...verdict }: PlayedNight): string {
  const { state, failure } = run.view;
  return `night ${seed}: ${JSON.stringify(verdict)} after ${faults.join(', ')}; run ${state} ${failure?.type ?? ''} ${failure?.message ?? ''}; attempts ${JSON.stringify(run.attempts)}; jobs ${JSON.stringify(run.jobs)}`;
}

main().catch((error: unknown) => {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error);
  process.exitCode = 1;
});

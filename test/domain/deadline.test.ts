import { Random } from '../../local/newsroom/random';
import {
  decideTraining,
  type LadderRung,
  type TrainingSituation,
  type WatchedSituation,
} from '../../src/domain/deadline';

const stay = { kind: 'stay' };
const wait = { kind: 'wait' };
const move = (rung: number, why: string) => ({ kind: 'move', rung, why });

const nowMs = Date.UTC(2026, 10, 23, 2);
const ladder: readonly LadderRung[] = [
  { market: 'spot', patienceSeconds: 900 },
  { market: 'spot', patienceSeconds: 900 },
  { market: 'on-demand' },
];
const waiting = (seconds: number) => ({ state: 'waiting', sinceMs: nowMs - seconds * 1000 }) as const;
const running = { state: 'running', sinceMs: nowMs - 1200_000 } as const;
const none = { state: 'none' } as const;

/** Startup 300 s, work 3000 s, publish 200 s, asked again in 60 s; so many seconds are to spare for on demand. */
function situation(slackSeconds: number, more: Partial<TrainingSituation> = {}): TrainingSituation {
  return {
    nowMs,
    deadlineAtMs: nowMs + (slackSeconds + 300 + 3000 + 200) * 1000,
    startupSeconds: 300,
    remainingWorkSeconds: 3000,
    publishSeconds: 200,
    reactionSeconds: 60,
    ladder,
    rung: 0,
    job: running,
    spotCapacity: 'unknown',
    ...more,
  };
}

describe('on a Spot rung', () => {
  it.each([
    ['a job that runs', running, 60, stay],
    ['a job that runs', running, 59, move(2, 'deadline')],
    ['a job that runs', running, 0, move(2, 'deadline')],
    // On demand would be late by itself: what runs is nearer to the end.
    ['a job that runs', running, -1, stay],
    ['a job that runs', running, -9000, stay],
    ['a job without capacity', waiting(100), 360, wait],
    ['a job without capacity', waiting(100), 359, move(2, 'deadline')],
    ['a job without capacity', waiting(100), -1, move(2, 'deadline')],
    ['no job', none, 360, stay],
    ['no job', none, 359, move(2, 'deadline')],
    ['no job', none, -9000, move(2, 'deadline')],
  ])('%s (%j) with %d s to spare: %j', (_, job, slackSeconds, decision) => {
    expect(decideTraining(situation(slackSeconds, { job }))).toEqual(decision);
  });

  it.each([59, 0])('leaves a job alone whose model is made, with %d s to spare', (slackSeconds) => {
    const lastSecond = { ...situation(slackSeconds), deadlineAtMs: nowMs + (slackSeconds + 501) * 1000 };
    expect(decideTraining({ ...lastSecond, remainingWorkSeconds: 1 })).toEqual(move(2, 'deadline'));
    expect(decideTraining({ ...lastSecond, nowMs: nowMs + 1000, remainingWorkSeconds: 0 })).toEqual(stay);
  });

  it('wants time to spare for the time until the next look, not for the look after it', () => {
    expect(decideTraining(situation(100, { reactionSeconds: 100 }))).toEqual(stay);
    expect(decideTraining(situation(100, { reactionSeconds: 101 }))).toEqual(move(2, 'deadline'));
  });

  it('goes to an on-demand rung below when none is above', () => {
    const upsideDown: readonly LadderRung[] = [{ market: 'on-demand' }, { market: 'spot' }];
    expect(decideTraining(situation(0, { ladder: upsideDown, rung: 1 }))).toEqual(move(0, 'deadline'));
    const both: readonly LadderRung[] = [{ market: 'on-demand' }, { market: 'spot' }, { market: 'on-demand' }];
    expect(decideTraining(situation(0, { ladder: both, rung: 1 }))).toEqual(move(2, 'deadline'));
  });
});

describe('patience', () => {
  it.each([
    [899, 0, wait],
    [900, 0, move(1, 'patience')],
    // The last Spot rung: on demand is for the deadline alone.
    [90_000, 1, wait],
  ])('of 900 s, after %d s without capacity on rung %d: %j', (waitedSeconds, rung, decision) => {
    expect(decideTraining(situation(7200, { job: waiting(waitedSeconds), rung }))).toEqual(decision);
  });

  it('never moves a job that runs', () => {
    expect(decideTraining(situation(7200, { job: { state: 'running', sinceMs: nowMs - 90_000_000 } }))).toEqual(stay);
  });

  it('has no end where none is set', () => {
    const patient: readonly LadderRung[] = [{ market: 'spot' }, { market: 'spot' }];
    expect(decideTraining(situation(7200, { job: waiting(90_000), ladder: patient }))).toEqual(wait);
  });

  it('yields to the deadline', () => {
    expect(decideTraining(situation(0, { job: waiting(900) }))).toEqual(move(2, 'deadline'));
  });
});

describe('a training without a deadline, or without an on-demand rung', () => {
  const spotOnly = ladder.slice(0, 2);

  const { deadlineAtMs: _, ...unhurried } = situation(0);

  it.each<[string, TrainingSituation]>([
    ['no deadline', unhurried],
    ['no on-demand rung, and too late', situation(-9000, { ladder: spotOnly })],
  ])('is moved by patience alone: %s', (__, given) => {
    expect(decideTraining(given)).toEqual(stay);
    expect(decideTraining({ ...given, job: none })).toEqual(stay);
    expect(decideTraining({ ...given, job: waiting(100) })).toEqual(wait);
    expect(decideTraining({ ...given, job: waiting(900) })).toEqual(move(1, 'patience'));
  });
});

describe('on demand', () => {
  const watched = (slackSeconds: number, more: Partial<WatchedSituation> = {}): WatchedSituation => ({
    ...situation(slackSeconds),
    rung: 2,
    spotCapacity: 'available',
    spotPriceShare: 0.3,
    ...more,
  });

  it('stays where nobody watches the Spot market, even when Spot is there', () => {
    expect(decideTraining(situation(90_000, { rung: 2, spotCapacity: 'available' }))).toEqual(stay);
  });

  it.each([
    ['goes back to the first Spot rung', 360, {}, move(0, 'price')],
    ['goes back when there is no hurry', 90_000, {}, move(0, 'price')],
    ['stays when a reclaim could not be answered', 359, {}, stay],
    ['stays while Spot is not there', 9000, { spotCapacity: 'absent' as const }, stay],
    ['stays while nobody knows', 9000, { spotCapacity: 'unknown' as const }, stay],
    // 0.7 · 857.2 s of work is two startups.
    ['goes back for work that saves two startups', 9000, { remainingWorkSeconds: 858 }, move(0, 'price')],
    ['stays for a shorter rest', 9000, { remainingWorkSeconds: 857 }, stay],
    // An hour on Spot would save 1440 s, which is less than five startups, however much work is left.
    ['stays when Spot saves too little an hour', 9000, { spotPriceShare: 0.6, remainingWorkSeconds: 36_000 }, stay],
    ['stays when the ladder has no Spot', 9000, { ladder: ladder.slice(2), rung: 0 }, stay],
  ])('%s', (_, slackSeconds, more, decision) => {
    expect(decideTraining(watched(slackSeconds, more))).toEqual(decision);
  });

  it('is entered one start earlier where Spot is watched and absent, so that there is a way back', () => {
    const given = watched(720, { rung: 0, job: waiting(100), spotCapacity: 'absent' });
    expect(decideTraining(given)).toEqual(wait);
    expect(decideTraining({ ...given, nowMs: nowMs + 1000 })).toEqual(move(2, 'deadline'));
    // Spot has come: it is begun as long as it is safe.
    expect(decideTraining({ ...given, nowMs: nowMs + 360_000, spotCapacity: 'available' })).toEqual(wait);
    expect(decideTraining({ ...given, nowMs: nowMs + 361_000, spotCapacity: 'available' })).toEqual(
      move(2, 'deadline'),
    );
  });

  it('is not entered early for what the way back could not earn', () => {
    // 0.55 · 3000 s is more than five startups, 0.45 · 3000 s is less.
    const given = watched(400, { rung: 0, job: waiting(100), spotCapacity: 'absent' });
    expect(decideTraining({ ...given, spotPriceShare: 0.45 })).toEqual(move(2, 'deadline'));
    expect(decideTraining({ ...given, spotPriceShare: 0.55 })).toEqual(wait);
  });
});

it('names a rung that is not on the ladder', () => {
  expect(() => decideTraining(situation(0, { rung: 3 }))).toThrow('rung 3 is not on a ladder of 3');
});

describe('the deadline', () => {
  const stepSeconds = 10;

  interface Plan {
    readonly startupSeconds: number;
    readonly workSeconds: number;
    readonly publishSeconds: number;
    readonly askEachSeconds: number;
    readonly reactionSeconds: number;
    readonly deadlineSeconds: number;
  }

  /** A training that on demand alone would end in time, sometimes just so. */
  function anyPlan(random: Random): Plan {
    const upTo = (seconds: number): number => Math.floor((random.next() * seconds) / stepSeconds) * stepSeconds;
    const [startupSeconds, workSeconds, publishSeconds] = [upTo(900), stepSeconds + upTo(7200), upTo(900)];
    const spareSeconds = random.next() < 0.2 ? 0 : upTo(random.next() < 0.5 ? 3000 : 20_000);
    const deadlineSeconds = startupSeconds + workSeconds + publishSeconds + spareSeconds;
    const askEachSeconds = stepSeconds + upTo(300);
    return {
      startupSeconds,
      workSeconds,
      publishSeconds,
      deadlineSeconds,
      askEachSeconds,
      reactionSeconds: askEachSeconds,
    };
  }

  /**
   * When the set is live. The rule is asked each `askEachSeconds` and knows nothing in between; Spot comes and goes at any
   * time, and a job that waits takes it by itself, as a managed Spot job does.
   */
  function liveAtSeconds(plan: Plan, random: Random, spotPriceShare?: number): number {
    const rungs: readonly LadderRung[] = [{ market: 'spot' }, { market: 'on-demand' }];
    let rung = 0;
    let job: TrainingSituation['job'] = { state: 'none' };
    let leftSeconds = plan.workSeconds;
    let spot = random.next() < 0.5;
    const changeOdds = stepSeconds / (300 + random.next() * 7200);
    for (let second = 0; ; second += stepSeconds) {
      if (leftSeconds <= 0) return second + plan.publishSeconds;
      if (random.next() < changeOdds) spot = !spot;
      if (rung === 0 && job.state === 'running' && !spot) job = { state: 'waiting', sinceMs: second * 1000 };
      if (second % plan.askEachSeconds === 0) {
        const seen: TrainingSituation = {
          ...plan,
          nowMs: second * 1000,
          deadlineAtMs: plan.deadlineSeconds * 1000,
          remainingWorkSeconds: leftSeconds,
          ladder: rungs,
          rung,
          job,
          spotCapacity: spot ? 'available' : 'absent',
        };
        const decision =
          spotPriceShare === undefined ? decideTraining(seen) : decideTraining({ ...seen, spotPriceShare });
        const wanted = decision.kind === 'move' ? decision.rung : rung;
        if (wanted !== rung || job.state === 'none') job = { state: 'waiting', sinceMs: second * 1000 };
        rung = wanted;
      }
      if (job.state === 'waiting' && (rung === 1 || spot)) job = { state: 'running', sinceMs: second * 1000 };
      if (job.state === 'running' && second * 1000 >= job.sinceMs + plan.startupSeconds * 1000) {
        leftSeconds -= stepSeconds;
      }
    }
  }

  const seeds = Array.from({ length: 500 }, (_, seed) => seed);
  const lateSeeds = (liveAt: (plan: Plan, random: Random) => number): number[] =>
    seeds.filter((seed) => {
      const random = new Random(seed);
      const plan = anyPlan(random);
      return liveAt(plan, random) > plan.deadlineSeconds;
    });

  it('is met in each of 500 random markets whenever on demand alone would meet it', () => {
    expect(lateSeeds((plan, random) => liveAtSeconds(plan, random))).toEqual([]);
  });

  it('is met as well by a training that goes back to Spot where it can', () => {
    expect(lateSeeds((plan, random) => liveAtSeconds(plan, random, 0.1))).toEqual([]);
  });

  it('is missed in some of these markets when the rule is asked less often than it is told', () => {
    const late = lateSeeds((plan, random) =>
      liveAtSeconds({ ...plan, askEachSeconds: 3 * plan.askEachSeconds }, random),
    );
    expect(late.length).toBeGreaterThan(0);
  });
});

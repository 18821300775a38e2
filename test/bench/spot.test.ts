import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compare } from '../../bench/spot/compare';
import { offlineBound, offlineOptimum } from '../../bench/spot/offlineOptimum';
import { lastSafeMoment, naiveSpot, onDemand, ours, oursUnwatched, uniformProgress } from '../../bench/spot/policies';
import { type Instance, type Policy, simulate } from '../../bench/spot/simulate';
import { syntheticTraces } from '../../bench/spot/syntheticTraces';
import { readTraces } from '../../bench/spot/traceFiles';
import { inMs, isAvailable, type Job, type Window, windowsOf } from '../../bench/spot/window';
import { Random } from '../../local/newsroom/random';

const minuteMs = 60_000;

/** One sample each ten minutes, `1` with Spot. */
function market(samples: string): Window['trace'] {
  return { name: 'market', gapMs: 10 * minuteMs, available: samples.split('').map((sample) => sample === '1') };
}

function windowOf(samples: string, work: number, deadline: number, overhead: number, spotPrice = 0.3): Window {
  const job = { workMs: work * minuteMs, deadlineMs: deadline * minuteMs, overheadMs: overhead * minuteMs, spotPrice };
  return { trace: market(samples), startMs: 0, job };
}

const minutes = (window: Window, policy: Policy) => {
  const { cost, onTime } = simulate(window, policy);
  return { minutes: Number((cost * 60).toFixed(6)), onTime };
};

describe('the simulation', () => {
  it('charges the start of an instance, on demand as on Spot', () => {
    expect(minutes(windowOf('1111', 20, 40, 6), onDemand())).toEqual({ minutes: 26, onTime: true });
    expect(minutes(windowOf('1111', 20, 40, 6), naiveSpot())).toEqual({ minutes: 0.3 * 26, onTime: true });
  });

  it('keeps progress through a reclaim, and charges another start', () => {
    // 20 minutes for 14 of work, then 22 for the other 16: done after 52.
    expect(minutes(windowOf('110111', 30, 52, 6), naiveSpot())).toEqual({ minutes: 0.3 * 42, onTime: true });
    expect(minutes(windowOf('110111', 30, 51, 6), naiveSpot())).toEqual({ minutes: 0.3 * 42, onTime: false });
  });

  it('counts as missed what was not done when the trace ended', () => {
    expect(minutes(windowOf('1100', 30, 40, 6), naiveSpot())).toEqual({ minutes: 0.3 * 20, onTime: false });
  });

  it.each<[string, () => Policy]>([
    ['lastSafeMoment', lastSafeMoment],
    ['uniformProgress', uniformProgress],
    ['ours', ours],
  ])('shows %s nothing of what comes', (_, policy) => {
    const job: Job = { workMs: inMs(2), deadlineMs: inMs(4), overheadMs: inMs(0.1), spotPrice: 0.3 };
    const sameMinutes = 150;
    for (const trace of syntheticTraces(3)) {
      const first = trace.available.slice(0, (sameMinutes * minuteMs) / trace.gapMs);
      const [dark, bright] = [false, true].map((later) => {
        const available = [...first, ...Array.from({ length: 40 }, () => later)];
        return decisionsUntil(sameMinutes, { trace: { ...trace, available }, startMs: 0, job }, policy());
      });
      expect(dark).toEqual(bright);
    }
  });
});

function decisionsUntil(untilMinutes: number, window: Window, policy: Policy): (readonly [number, Instance])[] {
  const decisions: (readonly [number, Instance])[] = [];
  simulate(window, (view) => {
    const decided = policy(view);
    if (view.nowMs < untilMinutes * minuteMs) decisions.push([view.nowMs, decided]);
    return decided;
  });
  return decisions;
}

describe('the last safe moment', () => {
  it('begins on Spot with a start to lose and one to make, and not a minute later', () => {
    expect(minutes(windowOf('01111', 20, 50, 10), lastSafeMoment())).toEqual({ minutes: 0.3 * 30, onTime: true });
    expect(minutes(windowOf('01111', 20, 49, 10), lastSafeMoment())).toEqual({ minutes: 30, onTime: true });
  });

  it('ends on demand at the deadline when Spot goes away at once', () => {
    expect(minutes(windowOf('01000', 20, 50, 10), lastSafeMoment())).toEqual({ minutes: 0.3 * 10 + 30, onTime: true });
  });
});

describe('Uniform Progress', () => {
  it('waits while it is not behind, and then keeps on demand although Spot comes', () => {
    // Behind the line from the second sample on; at the third it is just on it.
    expect(minutes(windowOf('0011', 20, 40, 0), uniformProgress())).toEqual({ minutes: 20, onTime: true });
  });

  it('goes back to Spot once it is ahead by two starts', () => {
    const early = minutes(windowOf(`00${'1'.repeat(22)}`, 120, 240, 0), uniformProgress());
    // Ten minutes on demand from minute 10 on, ahead of the line by none: held; after ten more, ahead.
    expect(early).toEqual({ minutes: 20 + 0.3 * 100, onTime: true });
  });
});

describe('our rule', () => {
  const drought = '0'.repeat(6);

  it('leaves for on demand early enough to come back to Spot, and pays for it', () => {
    const window = windowOf(drought + '1'.repeat(12), 120, 180, 6);
    expect(minutes(window, lastSafeMoment())).toEqual({ minutes: 126, onTime: true });
    const { minutes: paid, onTime } = minutes(window, ours());
    expect(onTime).toBe(true);
    expect(paid).toBeLessThan(60);
  });

  it('is on time when Spot goes again right after it came back', () => {
    expect(minutes(windowOf(`${drought}1${'0'.repeat(11)}`, 120, 180, 6), ours()).onTime).toBe(true);
  });
});

describe('our rule where nobody watches the market', () => {
  it.each([3, 4])('is the plain rule: 2 h of work in %d h', (deadlineHours) => {
    const job: Job = { workMs: inMs(2), deadlineMs: inMs(deadlineHours), overheadMs: inMs(0.1), spotPrice: 0.3 };
    for (const trace of syntheticTraces(4)) {
      const windows = [...windowsOf(trace, job, inMs(145.2))];
      const outcomes = (policy: () => Policy) => windows.map((window) => simulate(window, policy()));
      expect(outcomes(oursUnwatched)).toEqual(outcomes(lastSafeMoment));
    }
  });
});

describe('the offline bound', () => {
  const stepMinutes = 5;

  /** A second, slow implementation: every schedule in steps of five minutes. */
  function leastMinutes({ trace, job }: Window): number {
    const steps = (ms: number): number => ms / stepMinutes / minuteMs;
    const [work, overhead] = [steps(job.workMs), steps(job.overheadMs)];
    const known = new Map<string, number>();
    const least = (step: number, left: number, held: Instance, ready: number): number => {
      if (left === 0) return 0;
      if (step === steps(job.deadlineMs)) return Number.POSITIVE_INFINITY;
      const key = `${step} ${left} ${held} ${ready}`;
      const cached = known.get(key);
      if (cached !== undefined) return cached;
      const costs = (['none', 'spot', 'on-demand'] as const).map((next) => {
        if (next === 'none') return least(step + 1, left, 'none', 0);
        if (next === 'spot' && !isAvailable(trace, step * stepMinutes * minuteMs)) return Number.POSITIVE_INFINITY;
        const readyAt = next === held ? ready : step + overhead;
        const price = next === 'spot' ? job.spotPrice : 1;
        return price * stepMinutes + least(step + 1, step >= readyAt ? left - 1 : left, next, readyAt);
      });
      const best = Math.min(...costs);
      known.set(key, best);
      return best;
    };
    return least(0, work, 'none', 0);
  }

  it('equals what an exhaustive search finds, in 300 random windows', () => {
    const random = new Random(5);
    for (let round = 0; round < 300; round++) {
      const [work, overhead] = [10 + 5 * random.below(8), 5 * random.below(4)];
      const deadline = Math.ceil((work + overhead) / 10) * 10 + 10 * random.below(6);
      const stays = random.next();
      let spot = random.next() < 0.5;
      const samples = Array.from({ length: deadline / 10 }, () => {
        if (random.next() > stays) spot = !spot;
        return spot ? '1' : '0';
      }).join('');
      const window = windowOf(samples, work, deadline, overhead, random.pick([0.1, 0.3, 0.6, 1]));
      expect({ samples, minutes: offlineBound(window) * 60 }).toEqual({
        samples,
        minutes: expect.closeTo(leastMinutes(window), 6),
      });
    }
  });
});

describe('the offline optimum, in whole samples', () => {
  it('is the bound where work and starts are whole samples', () => {
    const window = windowOf('1101110', 30, 70, 10);
    expect(offlineOptimum(window)).toBe(offlineBound(window));
  });

  it('rounds up a start, and the time that on demand alone then needs', () => {
    expect(offlineOptimum(windowOf('1111', 20, 40, 6)) * 60).toBeCloseTo(0.3 * 30, 6);
    expect(offlineOptimum(windowOf('0000', 20, 26, 6)) * 60).toBeCloseTo(30, 6);
  });
});

describe('on made-up markets', () => {
  const jobs = [
    [2, 3, 0.1, 0.3],
    [2, 4, 0.1, 0.3],
    [2, 8, 0.1, 0.3],
    [1, 1.3, 0.3, 0.1],
    [1.37, 2.11, 0.07, 0.6],
    [2, 2.5, 0, 0.3],
  ] as const;

  // `compare` itself throws when a policy that is on time costs less than the bound.
  it.each(jobs)('nothing is late or below the bound: %d h of work in %d h, %d h a start, Spot at %d', (...given) => {
    const [workHours, deadlineHours, overheadHours, spotPrice] = given;
    const job: Job = {
      workMs: inMs(workHours),
      deadlineMs: inMs(deadlineHours),
      overheadMs: inMs(overheadHours),
      spotPrice,
    };
    const traces = [...syntheticTraces(1), ...syntheticTraces(2, 300)];
    // Starts fall between the samples too.
    const contest = compare(traces.flatMap((trace) => [...windowsOf(trace, job, inMs(145.21))]));
    expect(contest.ours.runs).toBeGreaterThan(200);
    expect({ ours: contest.ours.misses, plain: contest.lastSafeMoment.misses }).toEqual({ ours: 0, plain: 0 });
    expect(contest.ours.meanCost).toBeLessThanOrEqual(contest.lastSafeMoment.meanCost + 1e-9);
    expect(contest.onDemand).toEqual({ meanCost: 1, misses: 0, runs: contest.ours.runs });
  });
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'frontpage-traces-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string): string => {
    const dir = mkdtempSync(join(folder, 'case-'));
    writeFileSync(join(dir, name), text);
    return dir;
  };
  const trace = (samples: number[]): string => JSON.stringify({ metadata: { gap_seconds: 600 }, data: samples });

  it.each([
    ['a folder that is not there', () => join(folder, 'nowhere'), /nowhere is not a folder that can be read: .*ENOENT/],
    ['a folder without traces', () => file('README.md', ''), /holds no trace: it needs files that end in \.json/],
    ['no JSON', () => file('a.json', '{"data":'), /a\.json is not a trace .*JSON/],
    ['no gap', () => file('a.json', '{"metadata":{},"data":[1]}'), /a\.json is not a trace[^]*metadata\.gap_seconds/],
    ['no samples', () => file('a.json', trace([])), /a\.json is not a trace[^]*data/],
  ])('names %s', (_, dir, message) => {
    expect(() => readTraces(dir())).toThrow(message);
  });

  it('takes any sample above 0 as available', () => {
    expect(readTraces(file('a.json', trace([0, 1, 2, -1])))).toEqual([
      { name: 'a.json', gapMs: 600_000, available: [false, true, true, false] },
    ]);
  });

  const bench = async (dir: string, ...more: string[]) => {
    const args = ['--traces', dir, '--work-hours', '1', '--overhead-hours', '0.1', '--spot-price', '0.3', ...more];
    const script = join(__dirname, '../../bench/spot.ts');
    return promisify(execFile)(process.execPath, ['--no-warnings', '--import', 'tsx', script, ...args]);
  };

  it('prints one JSON object with the score of each policy', async () => {
    const dir = file('a.json', trace(Array.from({ length: 24 }, () => 1)));
    const { stdout } = await bench(dir, '--deadline-hours', '2', '--step-hours', '1', '--json');
    const spot = { meanCost: expect.closeTo(0.3, 9), misses: 0, runs: 3 };
    expect(JSON.parse(stdout)).toEqual({
      onDemand: { ...spot, meanCost: 1 },
      naiveSpot: spot,
      lastSafeMoment: spot,
      uniformProgress: spot,
      ours: spot,
      offlineBound: spot,
      // A start of 6 minutes takes a whole sample of 10 there.
      offlineOptimum: { ...spot, meanCost: expect.closeTo((0.3 * 70) / 66, 9) },
    });
  });

  it.each([
    [
      'a deadline that on demand cannot make',
      ['--deadline-hours', '1'],
      /--deadline-hours 1 is less than on-demand needs/,
    ],
    ['traces shorter than the deadline', ['--deadline-hours', '9'], /no trace is as long as --deadline-hours 9/],
    ['what is no number', ['--deadline-hours', 'x'], /'x' is invalid.*It must be a number/],
  ])('refuses %s', async (_, args, message) => {
    const dir = file('a.json', trace([1, 1, 1, 1, 1, 1, 1]));
    await expect(bench(dir, ...args)).rejects.toThrow(message);
  });
});

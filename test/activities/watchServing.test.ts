import { MockActivityEnvironment } from '@temporalio/testing';
import { createWatchServing } from '../../src/activities/watchServing';
import type { ServingMetrics } from '../../src/clients/servingMetrics';
import type { WatchServingInput } from '../../src/contract';
import { defaultHealthRule, type ServingHealth, type ServingPoint } from '../../src/domain/servingHealth';

const minuteMs = 60_000;

function point(atMs: number, harm: Partial<ServingPoint> = {}): ServingPoint {
  return { atMs, answers: 500, unavailable: 0, empty: 0, degraded: 0, ...harm };
}

/** Metrics of which a look sees what the test puts there, within the span that it asks for. */
function metricsOf(points: (look: number) => readonly ServingPoint[]) {
  let looks = 0;
  const metrics: ServingMetrics = {
    answered: async (fromMs, toMs) => {
      looks += 1;
      return points(looks).filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    },
    add: () => Promise.reject(new Error('a watch only reads')),
  };
  return { metrics, looks: () => looks };
}

function watch(servingMetrics: ServingMetrics, input: WatchServingInput, environment = new MockActivityEnvironment()) {
  const activity = createWatchServing({ servingMetrics }, { rule: defaultHealthRule, lookMs: 1 });
  return environment.run<[WatchServingInput], ServingHealth, typeof activity>(activity, input);
}

/** A publish of some minutes ago, at the start of a minute, watched for so long that the watch is over at its first look. */
const nowMs = Math.floor(Date.now() / minuteMs) * minuteMs;
const publishedAtMs = nowMs - 10 * minuteMs;
const over: WatchServingInput = { publishedAtMs, watchSeconds: 60 };
const atMinute = (minute: number): number => publishedAtMs + minute * minuteMs;

describe('the watch over serving', () => {
  it('finds serving as before when it is', async () => {
    const { metrics } = metricsOf(() => [point(atMinute(-5)), point(atMinute(2)), point(atMinute(3))]);
    expect(await watch(metrics, over)).toEqual({ verdict: 'as before', answers: 1000 });
  });

  it('finds it worse at the first look that shows it, without waiting for its end', async () => {
    const sick = point(atMinute(3), { empty: 400 });
    const { metrics, looks } = metricsOf((look) => [point(atMinute(-5)), ...(look < 3 ? [] : [sick])]);
    const environment = new MockActivityEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (health: unknown) => beats.push(health));
    const health = await watch(metrics, { publishedAtMs, watchSeconds: 3600 }, environment);
    expect(health).toMatchObject({
      verdict: 'worse',
      found: ['empty answers: 80.0 % after the publish, 0.0 % before'],
    });
    expect(looks()).toBe(3);
    expect(beats).toMatchObject([{ verdict: 'unknown' }, { verdict: 'unknown' }, { verdict: 'worse' }]);
  });

  it('blames the publish for nothing of the minutes in which answers of both sides are counted together', async () => {
    const { metrics } = metricsOf(() => [
      point(atMinute(-1)),
      point(atMinute(0), { empty: 500 }),
      point(atMinute(1), { empty: 500 }),
      point(atMinute(2)),
    ]);
    expect(await watch(metrics, over)).toEqual({ verdict: 'as before', answers: 500 });
  });

  it('compares with the hour before, and with nothing older', async () => {
    const { metrics } = metricsOf(() => [point(atMinute(-61), { empty: 500 }), point(atMinute(2), { empty: 100 })]);
    expect(await watch(metrics, over)).toMatchObject({ verdict: 'unknown', why: expect.stringContaining('0 answers') });
    const withHour = metricsOf(() => [point(atMinute(-60), { empty: 500 }), point(atMinute(2), { empty: 100 })]);
    expect(await watch(withHour.metrics, over)).toMatchObject({ verdict: 'as before' });
  });

  it('says that it does not know when there are no metrics', async () => {
    const { metrics } = metricsOf(() => []);
    expect(await watch(metrics, over)).toEqual({
      verdict: 'unknown',
      why: '0 answers are known of since the publish, 200 would tell something',
    });
  });

  it('fails when the metrics cannot be read, so that it is tried again', async () => {
    const { metrics } = metricsOf(() => {
      throw new Error('the metrics do not answer');
    });
    await expect(watch(metrics, over)).rejects.toThrow('the metrics do not answer');
  });
});

import { affordableSeconds, describeMoney, moneyOf } from '../../src/domain/trainingCost';

const spot = {
  instanceType: 'ml.m5.2xlarge',
  market: 'spot',
  trainingSeconds: 7200,
  billableSeconds: 2520,
  interruptions: 2,
  lostSeconds: 90,
} as const;
const onDemand = {
  instanceType: 'ml.m5.2xlarge',
  market: 'on-demand',
  trainingSeconds: 3600,
  billableSeconds: 3600,
  interruptions: 0,
} as const;

describe('the money of a training', () => {
  it('is counted over all attempts: billable seconds at the price on demand, as AWS bills Spot', () => {
    expect(moneyOf([spot, onDemand])).toEqual({
      costUsd: 0.7837,
      onDemandUsd: 1.383,
      savingPercent: 43.3,
      trainingSeconds: 10_800,
      billableSeconds: 6120,
      interruptions: 2,
      lostSeconds: 90,
      byRung: [
        { rung: 'ml.m5.2xlarge spot', attempts: 1, billableSeconds: 2520, costUsd: 0.3227 },
        { rung: 'ml.m5.2xlarge on-demand', attempts: 1, billableSeconds: 3600, costUsd: 0.461 },
      ],
    });
  });

  it('agrees with a bill that was seen: 1,610 of 4,256 seconds of ml.p5.48xlarge at $63.296 cost $28.31', () => {
    const { costUsd, savingPercent } = moneyOf([
      {
        ...spot,
        instanceType: 'ml.p5.48xlarge',
        pricePerHourUsd: 63.296,
        trainingSeconds: 4256,
        billableSeconds: 1610,
      },
    ]);
    expect(costUsd).toBeCloseTo(28.31, 2);
    expect(savingPercent).toBe(62.2);
  });

  it('is not guessed for a type whose price nobody knows', () => {
    const unknown = { ...spot, instanceType: 'ml.new9.xlarge' };
    expect(moneyOf([unknown, onDemand])).toMatchObject({ costUsd: null, onDemandUsd: null, savingPercent: 43.3 });
    expect(describeMoney(moneyOf([unknown]))).toBe('price not known, 65 % saved, 2 interruptions, 1.5 min lost');
  });

  it('is nothing before the first attempt', () => {
    expect(moneyOf([])).toMatchObject({ costUsd: 0, savingPercent: 0, byRung: [] });
    expect(describeMoney(moneyOf([onDemand]))).toBe('$0.46, 0 % saved, 0 interruptions');
  });

  it('leaves the next attempt what is left of the limit, at the full price', () => {
    const rung = { instanceType: 'ml.m5.2xlarge', market: 'spot' } as const;
    expect(affordableSeconds(rung, [], 0.461)).toBe(3600);
    expect(affordableSeconds(rung, [spot], 0.461)).toBe(1080);
    expect(affordableSeconds(rung, [onDemand, onDemand], 0.461)).toBe(0);
    expect(affordableSeconds(rung, [onDemand], undefined)).toBe(Number.POSITIVE_INFINITY);
    expect(affordableSeconds({ ...rung, instanceType: 'ml.new9.xlarge' }, [], 5)).toBe(0);
  });
});

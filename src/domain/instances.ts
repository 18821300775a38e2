/** What the rules must know of instance types of SageMaker training: memory, and the price of an hour on demand. */

/**
 * US dollars an hour, us-east-1, on demand. Read in three independent public price tables of 2025 and 2026 that agree;
 * a deployment in another region gives its own with `pricePerHourUsd` in the ladder.
 */
const pricesPerHourUsd: Readonly<Record<string, number>> = {
  'ml.m5.large': 0.115,
  'ml.m5.xlarge': 0.23,
  'ml.m5.2xlarge': 0.461,
  'ml.m5.4xlarge': 0.922,
  'ml.c5.xlarge': 0.204,
  'ml.c5.2xlarge': 0.408,
  'ml.c5.4xlarge': 0.816,
  'ml.g4dn.xlarge': 0.7364,
  'ml.g5.xlarge': 1.408,
  'ml.g5.2xlarge': 1.515,
};

export function onDemandPriceUsd(instanceType: string): number | undefined {
  return pricesPerHourUsd[instanceType];
}

/** GiB for each virtual CPU, by the letter that EC2 names the family with. */
const gibPerCpu: Readonly<Record<string, number>> = { c: 2, m: 4, g: 4, t: 4, r: 8, p: 8, x: 16 };

/**
 * Memory of an instance type in GiB, from the naming rule of EC2: `large` has 2 virtual CPUs, `xlarge` 4, `Nxlarge` 4 N.
 * Good enough to tell which of two types has more; `undefined` for a name outside the rule.
 */
export function memoryGib(instanceType: string): number | undefined {
  const [, family = '', times, size] = /^ml\.([a-z])[a-z0-9-]*\.(\d*)(large|xlarge)$/.exec(instanceType) ?? [];
  const perCpu = gibPerCpu[family];
  if (perCpu === undefined) return undefined;
  const cpus = size === 'large' ? 2 : 4 * Number(times || 1);
  return cpus * perCpu;
}

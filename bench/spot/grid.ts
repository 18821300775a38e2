/**
 * The rule of the deadline over many kinds of jobs on made-up markets: no miss anywhere, how far it and the plain rule are
 * above the optimum, and the markets on which it costs more than the plain rule.
 *
 *   node --no-warnings --import tsx bench/spot/grid.ts [SEED] [STEP_HOURS]
 */
import { compare } from './compare';
import { syntheticTraces } from './syntheticTraces';
import { inMs, type Job, windowsOf } from './window';

const seed = Number(process.argv[2] ?? 1);
const stepMs = inMs(Number(process.argv[3] ?? 24));
const traces = syntheticTraces(seed);

interface Row {
  readonly overheadHours: number;
  readonly deadlineHours: number;
  readonly runs: number;
  readonly misses: number;
  readonly plain: number;
  readonly ours: number;
  readonly dearerJobs: number;
  readonly dearerMarkets: string;
  readonly worst: number;
}

function rowOf(overheadHours: number, deadlineHours: number): Row {
  let [runs, misses, plain, ours, least, dearerJobs, markets, dearerMarkets, worst] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (const workHours of [1, 2, 4]) {
    for (const spotPrice of [0.1, 0.3, 0.6]) {
      const job: Job = {
        workMs: inMs(workHours),
        deadlineMs: inMs(deadlineHours),
        overheadMs: inMs(overheadHours),
        spotPrice,
      };
      if (job.deadlineMs < job.workMs + job.overheadMs) continue;
      let [jobOurs, jobPlain] = [0, 0];
      for (const trace of traces) {
        const scores = compare(windowsOf(trace, job, stepMs));
        const dearer = scores.ours.meanCost / scores.lastSafeMoment.meanCost - 1;
        runs += scores.ours.runs;
        misses += scores.ours.misses;
        markets += 1;
        dearerMarkets += dearer > 1e-9 ? 1 : 0;
        worst = Math.max(worst, dearer);
        jobOurs += scores.ours.meanCost;
        jobPlain += scores.lastSafeMoment.meanCost;
        least += scores.offlineBound.meanCost;
      }
      dearerJobs += jobOurs > jobPlain + 1e-9 ? 1 : 0;
      ours += jobOurs;
      plain += jobPlain;
    }
  }
  return {
    overheadHours,
    deadlineHours,
    runs,
    misses,
    plain: plain / least,
    ours: ours / least,
    dearerJobs,
    dearerMarkets: `${dearerMarkets}/${markets}`,
    worst,
  };
}

for (const overheadHours of [0, 0.05, 0.1, 0.3]) {
  for (const deadlineHours of [2.2, 2.5, 3, 4, 6, 8]) {
    console.log(JSON.stringify(rowOf(overheadHours, deadlineHours)));
  }
}

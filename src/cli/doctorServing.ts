/** Whether a run that watches serving after its publish would see anything: that takes processes that report, and enough answers. */
import { asking } from '../clients/awsFault';
import { createCloudWatchServingMetrics } from '../clients/servingMetrics.cloudwatch';
import { hourMs } from '../domain/durations';
import { doubtful, fine, type Judgement, notChecked } from '../domain/finding';
import { defaultHealthRule, sumOf } from '../domain/servingHealth';
import type { CheckupConfig } from './doctorConfig';
import type { Probe } from './doctorRun';

const what = 'watch over serving';
const report = 'set SERVING_REPORT_SECONDS=30 for every serving process';

/** Nothing is looked at where no run watches. */
export function servingProbes({ servingWatch }: CheckupConfig, nowMs: number): Probe[] {
  if (servingWatch === undefined) return [];
  if ('problem' in servingWatch) return [{ what, run: async () => notChecked(servingWatch.problem) }];
  const { table, aws, servingHereIsSilent } = servingWatch.value;
  const metrics = createCloudWatchServingMetrics(table, aws);
  return [
    {
      what,
      run: async () => {
        if (servingHereIsSilent) return doubtful('serving on this machine does not report its answers', report);
        const points = await asking('cloudwatch:GetMetricData', () => metrics.answered(nowMs - hourMs, nowMs));
        const { answers, unavailable } = sumOf(points);
        return judgeAnswers(answers + unavailable);
      },
    },
  ];
}

function judgeAnswers(answers: number): Judgement {
  const { minAnswers } = defaultHealthRule;
  if (answers === 0) return doubtful('no serving process has reported an answer in the last hour', report);
  if (answers >= minAnswers) return fine(`${answers} answers were reported in the last hour`);
  return doubtful(
    `${answers} answers were reported in the last hour, and the watch needs ${minAnswers} in the hour before a publish`,
    `${report}; where readers ask for fewer pages, set publish.watchSeconds to 0: a watch proves nothing there`,
  );
}

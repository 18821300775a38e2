/** Writes the run report into the lake: as JSON with all figures, and as a page for a browser. */
import { activityInfo, log } from '@temporalio/activity';
import type { ObjectStore } from '../clients/objectStore';
import type { TrainingService } from '../clients/trainingService';
import type { Activities } from '../contract';
import { spansOf } from '../domain/jobTimes';
import { clicksDayPrefix, reportKey, reportPageKey } from '../domain/keys';
import type { RunDate } from '../domain/runDate';
import { renderReport } from '../report';
import type { DayVolume, EndedRun, JobTimes, NotKnown, ReportContext } from '../report/context';
import { plainPage } from '../report/plainPage';
import { acknowledgedClicks } from './acknowledgedClicks';
import { hoursOf, usualOf } from './dayHours';
import type { ActivityDependencies } from './dependencies';
import { earlierReports } from './earlierReports';

/** Safe to retry: the same report to the same keys; a later try may know more of the jobs and the days before. */
export function createWriteReport({
  lake,
  trainingService,
  alerts,
}: Pick<ActivityDependencies, 'lake' | 'trainingService' | 'alerts'>): Activities['writeReport'] {
  return async (given) => {
    // The run has asked for its report at its end; all tries of this activity know the same instant.
    const report: EndedRun = { ...given, endedAtMs: activityInfo().scheduledTimestampMs };
    const { runDate } = report;
    const { generation, trainingAttempts = [] } = 'summary' in report ? report.summary : report;
    const jobNames = trainingAttempts.flatMap(({ jobName }) => jobName ?? []);
    const [volume, jobs, earlier] = await Promise.all([
      volumeOf(lake, runDate),
      Promise.all(jobNames.map((jobName) => timesOf(trainingService, jobName))),
      earlierReports(lake, runDate),
    ]);
    const key = reportKey(runDate, generation);
    const pageKey = reportPageKey(runDate, generation);
    await lake.put(key, `${JSON.stringify({ ...report, volume, jobs }, undefined, 2)}\n`, {
      contentType: 'application/json',
    });
    await lake.put(pageKey, pageOf(report, { volume, jobs, earlier, runbookUrl: alerts.runbookUrl }), {
      contentType: 'text/html; charset=utf-8',
    });
    return { uri: `s3://${lake.bucket}/${key}`, pageUri: `s3://${lake.bucket}/${pageKey}` };
  };
}

/** The run is over, and a fault of its page must not make it a failed one. */
function pageOf(report: EndedRun, context: ReportContext): string {
  try {
    return renderReport(report, context);
  } catch (error) {
    log.error('the page of the report could not be drawn; a plain one stands in', { error });
    return plainPage(report, String(error));
  }
}

async function volumeOf(lake: ObjectStore, runDate: RunDate): Promise<DayVolume | NotKnown> {
  try {
    const [objects, acknowledged, usual] = await Promise.all([
      lake.list(clicksDayPrefix(runDate)),
      acknowledgedClicks(lake, runDate),
      usualOf(lake, runDate),
    ]);
    return { hours: hoursOf(runDate, objects, acknowledged), usual };
  } catch (error) {
    log.warn('the hours of the day are not in the report', { reason: String(error) });
    return { notKnown: String(error) };
  }
}

async function timesOf(trainingService: TrainingService, jobName: string): Promise<JobTimes> {
  try {
    const state = await trainingService.describe(jobName);
    const spans =
      state === undefined ? { notKnown: 'the training service has no such job' } : spansOf(state, Date.now());
    return { jobName, spans };
  } catch (error) {
    log.warn('the times of a training job are not in the report', { jobName, reason: String(error) });
    return { jobName, spans: { notKnown: String(error) } };
  }
}

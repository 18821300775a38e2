/** Writes the run report into the lake. */
import type { Activities } from '../contract';
import { reportKey } from '../domain/keys';
import type { ActivityDependencies } from './dependencies';

/** Safe to retry: the same report to the same key. */
export function createWriteReport({ lake }: ActivityDependencies): Activities['writeReport'] {
  return async (report) => {
    const { generation } = 'summary' in report ? report.summary : report;
    const key = reportKey(report.runDate, generation);
    await lake.put(key, `${JSON.stringify(report, undefined, 2)}\n`, { contentType: 'application/json' });
    return { uri: `s3://${lake.bucket}/${key}` };
  };
}

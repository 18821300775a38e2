/** Reports of runs as they lie in the lake, of whatever release wrote them. */
import { z } from 'zod';
import { generationsNewestFirst } from '../domain/generation';
import { reportKey } from '../domain/keys';
import type { RunDate } from '../domain/runDate';
import type { ObjectStore } from './objectStore';

const stages = z.array(z.looseObject({ stage: z.string(), startedAtMs: z.number(), endedAtMs: z.number().optional() }));
const quality = z.looseObject({ recallAt10: z.number(), ndcgAt10: z.number() });

/** What every release has written; all else of a report is passed on as it is. */
const reportSchema = z.looseObject({
  runDate: z.string(),
  outcome: z.string(),
  summary: z
    .looseObject({
      version: z.string(),
      readers: z.number(),
      articles: z.number(),
      itemsLoaded: z.number(),
      quality: z.looseObject({ candidate: quality, popular: quality }),
      stages,
    })
    .optional(),
  failedStage: z.string().optional(),
  failureType: z.string().optional(),
  message: z.string().optional(),
  stages: stages.optional(),
});
export type StoredReport = z.infer<typeof reportSchema>;

export class ReportUnreadable extends Error {
  override readonly name = 'ReportUnreadable';
}

/** Of the newest generation that has one; `undefined` when no run of the day has ended yet. Throws `ReportUnreadable`. */
export async function newestReport(
  lake: ObjectStore,
  runDate: RunDate,
): Promise<{ readonly report: StoredReport; readonly generation: number } | undefined> {
  for (const generation of generationsNewestFirst) {
    const key = reportKey(runDate, generation);
    const body = await lake.get(key);
    if (body !== undefined) return { report: parsed(body, `s3://${lake.bucket}/${key}`), generation };
  }
  return undefined;
}

function parsed(body: Buffer, uri: string): StoredReport {
  try {
    return reportSchema.parse(JSON.parse(body.toString('utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new ReportUnreadable(`the report cannot be read: ${why} [uri=${uri}]`, { cause: error });
  }
}

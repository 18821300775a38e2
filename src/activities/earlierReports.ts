/** The reports of the days before a run, as far as a page compares with them. What cannot be read is named, and stops nobody. */
import { z } from 'zod';
import type { ObjectStore } from '../clients/objectStore';
import { generationsNewestFirst } from '../domain/generation';
import { reportKey, reportsPrefix } from '../domain/keys';
import { addDays, parseRunDate, type RunDate } from '../domain/runDate';
import { type EarlierReports, historyDays, type ReportedRun } from '../report/context';

const runDate = z.string().transform((text) => parseRunDate(text));
const stages = z.array(z.object({ stage: z.string(), startedAtMs: z.number(), endedAtMs: z.number().exactOptional() }));
const quality = z.object({ recallAt10: z.number(), ndcgAt10: z.number() });
const price = z.number().nullable();
const marks = {
  generation: z.number().exactOptional(),
  money: z
    .object({
      costUsd: price,
      onDemandUsd: price,
      savingPercent: z.number(),
      trainingSeconds: z.number(),
      billableSeconds: z.number(),
      interruptions: z.number(),
    })
    .exactOptional(),
  stages,
};
const champion = quality.extend({ version: z.string(), readers: z.number(), readersWithList: z.number() });

const endedAtMs = z.number().exactOptional();
const success = z.object({
  runDate,
  endedAtMs,
  outcome: z.enum(['published', 'kept newer', 'not published', 'rolled back']),
  summary: z.object({
    ...marks,
    version: z.string(),
    clicks: z.object({ lines: z.number(), malformed: z.number(), duplicates: z.number(), runDate: z.number() }),
    readers: z.number(),
    articles: z.number(),
    itemsLoaded: z.number(),
    quality: z.object({
      candidate: quality,
      popular: quality,
      priorWeight: z.number().nullable(),
      champion: champion.exactOptional(),
    }),
    gate: z.object({
      guards: z
        // A figure that could not be worked out is null in JSON.
        .array(
          z.object({
            name: z.string(),
            figure: z
              .number()
              .nullable()
              .transform((value) => value ?? Number.NaN),
          }),
        )
        .exactOptional(),
    }),
  }),
});
const failed = z.object({
  runDate,
  endedAtMs,
  outcome: z.enum(['failed', 'cancelled']),
  failureType: z.string(),
  ...marks,
});
const reportSchema = z.union([success, failed]);

type Read = { readonly run: ReportedRun } | { readonly why: string };

export async function earlierReports(lake: ObjectStore, before: RunDate): Promise<EarlierReports> {
  const days = Array.from({ length: historyDays - 1 }, (_, back) => addDays(before, -1 - back));
  const written = new Set((await lake.list(reportsPrefix)).map(({ key }) => key));
  const found = await Promise.all(days.map(async (day) => ({ day, reads: await readDay(lake, day, written) })));
  return {
    runs: found.flatMap(({ reads }) => reportOfDay(reads)),
    missing: found.filter(({ reads }) => reads.length === 0).map(({ day }) => day),
    unreadable: found.flatMap(({ day, reads }) =>
      reads.flatMap((read) => ('why' in read ? { day, why: read.why } : [])),
    ),
  };
}

/** The latest generation first. */
async function readDay(lake: ObjectStore, day: RunDate, written: ReadonlySet<string>): Promise<Read[]> {
  const keys = generationsNewestFirst.map((generation) => reportKey(day, generation)).filter((key) => written.has(key));
  return Promise.all(keys.map((key) => readReport(lake, key)));
}

async function readReport(lake: ObjectStore, key: string): Promise<Read> {
  try {
    return { run: reportSchema.parse(JSON.parse((await lake.get(key))?.toString('utf8') ?? '')) };
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it is not of the form of a report' : String(error);
    return { why: `${why} [uri=s3://${lake.bucket}/${key}]` };
  }
}

/** A later generation that failed has brought nothing to readers: the day is as the last one left it that did. */
function reportOfDay(reads: readonly Read[]): ReportedRun[] {
  const runs = reads.flatMap((read) => ('run' in read ? read.run : []));
  return [runs.find((run) => 'summary' in run) ?? runs[0]].filter((run) => run !== undefined);
}

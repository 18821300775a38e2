/** The settings of the pipeline: the defaults, and a JSON file over them. docs/settings.md explains each. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { dailyScheduleId, type FreshLoopSettings, type PipelineSettings, type RunWatchInput } from '../contract';
import { minBulkUnitsPerSecond } from '../domain/bulkInput';
import { defaultFreshSettings } from '../domain/freshSettings';
import { defaultGate } from '../domain/gateSettings';
import { defaultReadiness } from '../domain/readinessSettings';
import { parseRunDate, type RunDate } from '../domain/runDate';
import { pricePerHourUsd } from '../domain/trainingCost';
import { ConfigError, type Environment } from './environment';

const rung = z.strictObject({
  instanceType: z.string().regex(/^ml\.[a-z0-9.-]+$/),
  market: z.enum(['spot', 'on-demand']),
  patienceSeconds: z.number().positive().exactOptional(),
  pricePerHourUsd: z.number().positive().exactOptional(),
});
const share = z.number().min(0).max(1);
const seconds = z.number().int().positive();
const day = z.string().transform((text, context): RunDate => {
  try {
    return parseRunDate(text);
  } catch (error) {
    context.issues.push({
      code: 'custom',
      message: error instanceof Error ? error.message : String(error),
      input: text,
    });
    return z.NEVER;
  }
});

const settingsSchema = z
  .strictObject({
    readiness: z
      .strictObject({
        waitLimitSeconds: seconds.default(defaultReadiness.waitLimitSeconds),
        lookSeconds: seconds.default(defaultReadiness.lookSeconds),
        marginSeconds: z.number().int().nonnegative().default(defaultReadiness.marginSeconds),
        quietSeconds: seconds.default(defaultReadiness.quietSeconds),
        metricGraceSeconds: seconds.default(defaultReadiness.metricGraceSeconds),
        quietWithoutMetricSeconds: seconds.default(defaultReadiness.quietWithoutMetricSeconds),
        volume: z
          .strictObject({
            low: share.default(defaultReadiness.volume.low),
            high: z.number().min(1).default(defaultReadiness.volume.high),
          })
          .prefault({}),
        spikes: z.array(z.strictObject({ date: day, acceptVolumeUpTo: z.number().min(1) })).default([]),
        onTimeout: z.enum(['keep-yesterday', 'train-on-what-is-there']).default(defaultReadiness.onTimeout),
      })
      .refine(({ quietSeconds, quietWithoutMetricSeconds }) => quietWithoutMetricSeconds >= quietSeconds, {
        message: 'is below quietSeconds: without a metric, quiet must last at least as long as with one',
        path: ['quietWithoutMetricSeconds'],
      })
      .prefault({}),
    historyDays: z.number().int().nonnegative().max(365).default(7),
    retentionDays: z.number().int().positive().default(14),
    ladder: z
      .array(rung)
      .nonempty()
      .max(20)
      .default([
        { instanceType: 'ml.m5.2xlarge', market: 'spot' },
        { instanceType: 'ml.m5.2xlarge', market: 'on-demand' },
      ]),
    training: z
      .strictObject({
        maxRuntimeSeconds: seconds.default(3 * 3600),
        maxWaitSeconds: seconds.default(4 * 3600),
        volumeSizeGb: z.number().int().positive().default(50),
        pollSeconds: z.number().positive().default(20),
        hyperparameters: z.record(z.string(), z.string()).default({}),
      })
      .prefault({}),
    deadline: z
      .strictObject({
        hoursAfterStart: z.number().positive().default(5.5),
        launchSeconds: seconds.default(900),
        workSeconds: seconds.default(3600),
        publishSeconds: seconds.default(45 * 60),
        safetyFactor: z.number().min(1).max(5).default(1.25),
      })
      .prefault({}),
    budget: z
      .strictObject({
        maxAttempts: z.number().int().positive().max(20).default(8),
        maxCostUsd: z.number().positive().exactOptional(),
      })
      .prefault({}),
    gate: z
      .strictObject({
        recallFloor: share.default(defaultGate.recallFloor),
        popularityMargin: share.default(defaultGate.popularityMargin),
        championMargin: share.default(defaultGate.championMargin),
        confidence: z.number().min(0.5).max(0.999).default(defaultGate.confidence),
        minEvaluationReaders: z.number().int().positive().default(defaultGate.minEvaluationReaders),
        minReadersShare: share.default(defaultGate.minReadersShare),
        guards: z
          .strictObject({
            minFullListsShare: share.default(defaultGate.guards.minFullListsShare),
            minCoverage: share.default(defaultGate.guards.minCoverage),
            maxConcentration: z.number().positive().default(defaultGate.guards.maxConcentration),
            freshHours: z.number().positive().default(defaultGate.guards.freshHours),
            maxStaleShare: share.default(defaultGate.guards.maxStaleShare),
            maxListLength: z.number().int().positive().default(defaultGate.guards.maxListLength),
            maxItemBytes: z.number().int().positive().default(defaultGate.guards.maxItemBytes),
          })
          .prefault({}),
        approvalSeconds: seconds.default(defaultGate.approvalSeconds),
        onNoDecision: z.enum(['reject', 'accept']).default(defaultGate.onNoDecision),
      })
      .prefault({}),
    load: z
      .strictObject({
        maxUnitsPerSecond: z.number().positive().default(3000),
        parallelism: z.number().int().positive().max(50).default(8),
        mode: z.enum(['batch', 'bulk']).default('batch'),
      })
      .refine(({ mode, maxUnitsPerSecond }) => mode === 'batch' || maxUnitsPerSecond >= minBulkUnitsPerSecond, {
        message: `is below ${minBulkUnitsPerSecond}, the least that a bulk load can be held to`,
        path: ['maxUnitsPerSecond'],
      })
      .prefault({}),
    publish: z.strictObject({ watchSeconds: z.number().int().nonnegative().max(3600).default(0) }).prefault({}),
    sweep: z
      .strictObject({
        keepVersions: z.number().int().min(2).max(100).default(3),
        maxUnitsPerSecond: z.number().positive().default(1000),
      })
      .prefault({}),
    alerts: z
      .strictObject({
        notStartedMinutes: z.number().int().positive().max(720).default(15),
        waitingMinutes: z.number().int().positive().max(1440).default(60),
      })
      .prefault({}),
    fresh: z
      .strictObject({
        everyMinutes: z.number().int().positive().max(60).default(5),
        keepMinutes: z.number().int().min(180).default(180),
        deliverySeconds: z.number().nonnegative().max(3600).default(90),
        windowMinutes: z.number().int().min(60).max(720).default(defaultFreshSettings.windowMinutes),
        maxClicksPerReaderHour: z.number().int().positive().default(defaultFreshSettings.maxClicksPerReaderHour),
        maxNextLists: z.number().int().nonnegative().max(20_000).default(defaultFreshSettings.maxNextLists),
      })
      .prefault({}),
  })
  .superRefine(({ ladder, budget }, context) => {
    if (budget.maxCostUsd === undefined) return;
    for (const [index, each] of ladder.entries()) {
      if (pricePerHourUsd(each) !== undefined) continue;
      context.addIssue({
        code: 'custom',
        path: ['ladder', index, 'pricePerHourUsd'],
        message: `is needed: no price is known of ${each.instanceType}, and budget.maxCostUsd cannot hold without`,
      });
    }
  });

/** Of the daily run: the defaults, overridden by the JSON file that FRONTPAGE_SETTINGS names. */
export function loadPipelineSettings(environment: Environment = process.env): PipelineSettings {
  const { fresh, alerts, ...settings } = loadSettings(environment);
  const { everyMinutes, deliverySeconds, lists } = freshLoopSettings(fresh);
  const { waitingMinutes } = alerts;
  return { ...settings, alerts: { waitingMinutes }, blend: { everyMinutes, deliverySeconds, lists } };
}

/** Of the watchdog over the daily schedule, from the same file. */
export function loadRunWatchInput(environment: Environment = process.env): RunWatchInput {
  return { scheduleId: dailyScheduleId, graceMinutes: loadSettings(environment).alerts.notStartedMinutes };
}

/** Of the fresh loop, from the same file. */
export function loadFreshSettings(environment: Environment = process.env): FreshLoopSettings {
  const { everyMinutes, keepMinutes, lists } = freshLoopSettings(loadSettings(environment).fresh);
  return { everyMinutes, keepMinutes, lists };
}

function freshLoopSettings({
  everyMinutes,
  keepMinutes,
  deliverySeconds,
  ...lists
}: z.infer<typeof settingsSchema>['fresh']) {
  return { everyMinutes, keepMinutes, deliverySeconds, lists: { ...defaultFreshSettings, ...lists } };
}

/** All settings as the file has them. */
export function loadSettings(environment: Environment = process.env): z.infer<typeof settingsSchema> {
  const file = environment['FRONTPAGE_SETTINGS'];
  let given: unknown = {};
  if (file !== undefined) {
    try {
      given = JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      throw new ConfigError(`FRONTPAGE_SETTINGS: cannot read ${file} as JSON: ${String(error)}`);
    }
  }
  const parsed = settingsSchema.safeParse(given);
  if (!parsed.success) throw new ConfigError(`FRONTPAGE_SETTINGS: ${z.prettifyError(parsed.error)} [file=${file}]`);
  return parsed.data;
}

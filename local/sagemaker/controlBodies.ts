/**
 * What the control routes take, field by field; whatever is not named here is refused. `POST /_control/<route>`:
 * `reclaims` an instance is lost; `failures` the service ends a job; `droughts`, `spot-trace` there is no capacity;
 * `errors`, `drop-creates` calls fail; `checkpoint-faults` the agent fails; `settings` as in settings.ts; `clear` (an empty
 * body) forgets all of these but settings. `GET /_control/state` shows them, and the jobs.
 */
import { z } from 'zod';
import { serviceFaultNames } from './faults';
import { operationNames } from './service';
import { readSpotTrace, type SpotTrace } from './spotTrace';
import type { StrikeRule, Trigger } from './strikes';

const count = z.number().int().min(0).default(1);
const seconds = z.number().min(0);
const instanceType = z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9-]+$/);

const triggerFields = {
  afterSeconds: seconds.optional(),
  iteration: z.number().int().min(0).optional(),
  phase: z.string().optional(),
  iterationLine: z.number().int().min(1).optional(),
};
type TriggerFields = z.infer<z.ZodObject<typeof triggerFields>>;

/** Exactly one of these says when. */
const whens = ['afterSeconds', 'iteration', 'iterationLine', 'during'] as const;

function oneWhen(body: Partial<Record<(typeof whens)[number], unknown>>): boolean {
  return whens.filter((name) => body[name] !== undefined).length === 1;
}

function phaseWithIteration(body: TriggerFields): boolean {
  return body.phase === undefined || body.iteration !== undefined;
}

const phaseError = { error: 'phase goes with iteration', path: ['phase'] };

/** `job` absent: the next Spot job that is created. `during` Uploading: when half of the model's files are in S3. */
export const reclaimSchema = z
  .strictObject({
    job: z.string().optional(),
    ...triggerFields,
    during: z.literal('Uploading').optional(),
    mode: z.enum(['kill', 'term']).default('kill'),
    graceSeconds: seconds.max(120).default(120),
  })
  .refine(oneWhen, { error: 'give exactly one of afterSeconds, iteration, iterationLine and during' })
  .refine(phaseWithIteration, phaseError)
  .transform(
    ({ job, mode, graceSeconds, during, ...when }): StrikeRule => ({
      job,
      trigger: during === undefined ? triggerOf(when) : { kind: 'uploading' },
      strike: { kind: 'reclaim', mode, graceSeconds },
    }),
  );

/** `job` absent: the next job that is created. CapacityError strikes a job that waits, afterSeconds of waiting on. */
export const failureSchema = z.discriminatedUnion('reason', [
  z
    .strictObject({ reason: z.literal('CapacityError'), job: z.string().optional(), afterSeconds: seconds.default(0) })
    .transform(
      ({ reason, job, afterSeconds }): StrikeRule => ({
        job,
        trigger: { kind: 'waiting', afterSeconds },
        strike: { kind: reason },
      }),
    ),
  z
    .strictObject({ reason: z.literal('InternalServerError'), job: z.string().optional(), ...triggerFields })
    .refine(oneWhen, { error: 'give exactly one of afterSeconds, iteration and iterationLine' })
    .refine(phaseWithIteration, phaseError)
    .transform(({ reason, job, ...when }): StrikeRule => ({ job, trigger: triggerOf(when), strike: { kind: reason } })),
]);

function triggerOf({ afterSeconds, iteration, phase, iterationLine }: TriggerFields): Trigger {
  if (iteration !== undefined) return { kind: 'iteration', iteration, phase };
  if (iterationLine !== undefined) return { kind: 'iteration-line', count: iterationLine };
  return { kind: 'elapsed', afterSeconds: afterSeconds ?? 0 };
}

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** `instanceType` absent: every type. `from` absent: now. */
export const droughtSchema = z
  .strictObject({
    market: z.enum(['spot', 'on-demand']).default('spot'),
    instanceType: instanceType.optional(),
    from: instant.optional(),
    until: instant.optional(),
    forSeconds: z.number().positive().optional(),
    reclaimsRunning: z.boolean().default(false),
  })
  .refine((drought) => (drought.until === undefined) !== (drought.forSeconds === undefined), {
    error: 'give exactly one of until and forSeconds',
  });

/** Begins now. `file` as spotTrace.ts reads it; `offsetSeconds` of recorded time are left out at the begin. */
export const traceSchema = z.strictObject({
  file: z.string().min(1).transform(readTrace),
  speed: z.number().positive().default(1),
  offsetSeconds: seconds.default(0),
  repeat: z.number().int().min(1).max(1000).default(1),
  instanceType: instanceType.optional(),
});

function readTrace(file: string, context: z.RefinementCtx): SpotTrace {
  try {
    return readSpotTrace(file);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `no Spot trace can be read there: ${String(error)}` });
    return z.NEVER;
  }
}

/** So many creates take effect, and nobody is told. */
export const dropSchema = z.strictObject({ count });

/** `count` and `forSeconds` absent: one call. */
export const errorSchema = z
  .strictObject({
    operation: z.enum(operationNames),
    error: z.enum(serviceFaultNames),
    count: z.number().int().min(0).optional(),
    forSeconds: z.number().positive().optional(),
  })
  .refine((body) => body.count === undefined || body.forSeconds === undefined, {
    error: 'give count or forSeconds, not both',
  });

/** `seconds` absent: the agent stalls for good; 0 ends it. `job` absent: of every job. */
export const checkpointFaultSchema = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('stall'), job: z.string().optional(), seconds: seconds.optional() }),
  z.strictObject({
    fault: z.literal('corrupt'),
    job: z.string().optional(),
    uploads: count,
    suffix: z.string().default(''),
    how: z.enum(['cut', 'flip']).default('cut'),
  }),
]);

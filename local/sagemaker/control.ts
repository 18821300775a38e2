/** The control routes, `/_control/…`: what a test or a demo does to the service from outside. Errors name the field. */
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { CheckpointFaults, ServiceFaults } from './faults';
import { currentTransition, primaryStatus, type TrainingJob } from './job';
import type { JobStore } from './jobStore';
import { operationNames } from './service';
import { type Settings, type SettingsChange, settingsChangeSchema } from './settings';
import { droughtsOfTrace, type ReclaimRule, type SpotMarket, type SpotTrace, spotTraceSchema } from './spotMarket';

export interface ControlContext {
  readonly store: JobStore;
  readonly market: SpotMarket;
  readonly serviceFaults: ServiceFaults;
  readonly checkpointFaults: CheckpointFaults;
  readonly settings: () => Settings;
  readonly changeSettings: (change: SettingsChange) => Settings;
}

const count = z.number().int().min(0).default(1);

const reclaimSchema = z
  .strictObject({
    /** Absent: the next Spot job that is created. */
    job: z.string().optional(),
    afterSeconds: z.number().min(0).optional(),
    iteration: z.number().int().min(0).optional(),
    phase: z.string().optional(),
    iterationLine: z.number().int().min(1).optional(),
    mode: z.enum(['kill', 'term']).default('kill'),
    graceSeconds: z.number().min(0).max(120).default(120),
  })
  .refine(
    (rule) => [rule.afterSeconds, rule.iteration, rule.iterationLine].filter((when) => when !== undefined).length === 1,
    { error: 'give exactly one of afterSeconds, iteration and iterationLine' },
  )
  .refine((rule) => rule.phase === undefined || rule.iteration !== undefined, {
    error: 'phase goes with iteration',
    path: ['phase'],
  });

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const droughtSchema = z
  .strictObject({
    market: z.enum(['spot', 'on-demand']).default('spot'),
    from: instant.optional(),
    until: instant.optional(),
    forSeconds: z.number().positive().optional(),
    reclaimsRunning: z.boolean().default(false),
  })
  .refine((drought) => (drought.until === undefined) !== (drought.forSeconds === undefined), {
    error: 'give exactly one of until and forSeconds',
  });

const dropSchema = z.strictObject({ count });
const errorSchema = z.strictObject({
  operation: z.enum(operationNames),
  error: z.enum(['ThrottlingException', 'InternalFailure', 'ResourceLimitExceeded']),
  count,
});
const checkpointFaultSchema = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('stall'), seconds: z.number().min(0) }),
  z.strictObject({ fault: z.literal('corrupt'), uploads: count, suffix: z.string().default('') }),
]);
const traceRequestSchema = z.strictObject({
  file: z.string().min(1).transform(readTrace),
  /** How many times as fast as it was recorded. */
  speed: z.number().positive().default(1),
});

export function addControlRoutes(app: FastifyInstance, context: ControlContext): void {
  const { store, market, serviceFaults, checkpointFaults } = context;

  const post = <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    act: (body: z.infer<Schema>) => object,
  ): void => {
    app.post(`/_control/${path}`, async (request, reply) => {
      const parsed = schema.safeParse(request.body ?? {});
      return parsed.success ? act(parsed.data) : refuse(reply, parsed.error);
    });
  };

  app.get('/_control/state', async () => ({
    settings: context.settings(),
    ...market.state(),
    serviceFaults: serviceFaults.state(),
    checkpointFaults: checkpointFaults.state(),
    jobs: store.all().map(stateOfJob),
  }));

  post('reclaims', reclaimSchema, (body) => {
    market.addReclaim(ruleOf(body));
    return market.state();
  });
  post('droughts', droughtSchema, ({ market: which, from, until, forSeconds, reclaimsRunning }) => {
    const fromMs = from ?? Date.now();
    const untilMs = until ?? fromMs + (forSeconds ?? 0) * 1000;
    market.addDroughts([{ market: which, fromMs, untilMs, reclaimsRunning }]);
    return market.state();
  });
  post('spot-trace', traceRequestSchema, ({ file: trace, speed }) => {
    const droughts = droughtsOfTrace(trace, Date.now(), speed);
    market.addDroughts(droughts);
    return { droughts: droughts.length };
  });
  post('clear', z.strictObject({}), () => {
    market.clear();
    return market.state();
  });
  post('drop-creates', dropSchema, (body) => {
    serviceFaults.dropCreates(body.count);
    return serviceFaults.state();
  });
  post('errors', errorSchema, ({ operation, error, count: calls }) => {
    serviceFaults.failCalls(operation, error, calls);
    return serviceFaults.state();
  });
  post('checkpoint-faults', checkpointFaultSchema, (body) => {
    if (body.fault === 'stall') checkpointFaults.stall(body.seconds);
    else checkpointFaults.corrupt(body.uploads, body.suffix);
    return checkpointFaults.state();
  });
  post('settings', settingsChangeSchema, (body) => context.changeSettings(body));
}

function readTrace(file: string, context: z.RefinementCtx): SpotTrace {
  try {
    return spotTraceSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    context.addIssue({ code: 'custom', message: `no Spot trace can be read there: ${String(error)}` });
    return z.NEVER;
  }
}

function ruleOf(body: z.infer<typeof reclaimSchema>): ReclaimRule {
  const { job, mode, graceSeconds } = body;
  const base = { job, mode, graceSeconds };
  if (body.iteration !== undefined) {
    return { ...base, trigger: { kind: 'iteration', iteration: body.iteration, phase: body.phase } };
  }
  if (body.iterationLine !== undefined) {
    return { ...base, trigger: { kind: 'iteration-line', count: body.iterationLine } };
  }
  return { ...base, trigger: { kind: 'elapsed', afterSeconds: body.afterSeconds ?? 0 } };
}

function stateOfJob(job: TrainingJob): object {
  return {
    name: job.request.TrainingJobName,
    status: primaryStatus(job),
    secondaryStatus: currentTransition(job).status,
    attempts: job.attempts,
    interruptions: job.transitions.filter(({ status }) => status === 'Interrupted').length,
    ...(job.attempt === undefined ? {} : { logFile: job.attempt.logFile }),
  };
}

function refuse(reply: FastifyReply, error: z.ZodError): object {
  void reply.code(400);
  return { error: error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ') };
}

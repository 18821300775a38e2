/** The control routes, `/_control/…`: what a test or a demo does to the service from outside. Errors name the field. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { CheckpointFaults } from './checkpointFaults';
import {
  checkpointFaultSchema,
  dropSchema,
  droughtSchema,
  errorSchema,
  failureSchema,
  reclaimSchema,
  traceSchema,
} from './controlBodies';
import type { Droughts } from './droughts';
import type { ServiceFaults } from './faults';
import { currentTransition, primaryStatus, type TrainingJob } from './job';
import type { JobStore } from './jobStore';
import { type Settings, type SettingsChange, settingsChangeSchema } from './settings';
import { droughtsOfTrace, endOfPlayMs } from './spotTrace';
import type { Strikes } from './strikes';

export interface ControlContext {
  readonly store: JobStore;
  readonly droughts: Droughts;
  readonly strikes: Strikes;
  readonly serviceFaults: ServiceFaults;
  readonly checkpointFaults: CheckpointFaults;
  readonly settings: () => Settings;
  readonly changeSettings: (change: SettingsChange) => Settings;
}

export function addControlRoutes(app: FastifyInstance, context: ControlContext): void {
  const { store, droughts, strikes, serviceFaults, checkpointFaults } = context;

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
    ...strikes.state(),
    ...droughts.state(),
    serviceFaults: serviceFaults.state(),
    checkpointFaults: checkpointFaults.state(),
    jobs: store.all().map(stateOfJob),
  }));

  const capacity = (): object => ({ ...strikes.state(), ...droughts.state() });

  post('reclaims', reclaimSchema, (rule) => {
    strikes.add(rule);
    return capacity();
  });
  post('failures', failureSchema, (rule) => {
    strikes.add(rule);
    return capacity();
  });
  post('droughts', droughtSchema, ({ from, until, forSeconds, ...drought }) => {
    const fromMs = from ?? Date.now();
    droughts.add([{ ...drought, fromMs, untilMs: until ?? fromMs + (forSeconds ?? 0) * 1000 }]);
    return capacity();
  });
  post('spot-trace', traceSchema, ({ file: trace, ...how }) => {
    const play = { ...how, startMs: Date.now() };
    const played = droughtsOfTrace(trace, play);
    droughts.add(played);
    return { droughts: played.length, until: new Date(endOfPlayMs(trace, play)).toISOString() };
  });
  post('clear', z.strictObject({}), () => {
    for (const rules of [strikes, droughts, serviceFaults, checkpointFaults]) rules.clear();
    return capacity();
  });
  post('drop-creates', dropSchema, (body) => {
    serviceFaults.dropCreates(body.count);
    return serviceFaults.state();
  });
  post('errors', errorSchema, ({ operation, error, count = 1, forSeconds }) => {
    const extent = forSeconds === undefined ? { count } : { untilMs: Date.now() + forSeconds * 1000 };
    serviceFaults.failCalls(operation, error, extent);
    return serviceFaults.state();
  });
  post('checkpoint-faults', checkpointFaultSchema, (body) => {
    switch (body.fault) {
      case 'stall': {
        const { job, seconds = Number.POSITIVE_INFINITY } = body;
        checkpointFaults.stall({ job, untilMs: Date.now() + seconds * 1000 });
        break;
      }
      case 'corrupt': {
        const { fault: _corrupt, ...corrupted } = body;
        checkpointFaults.corrupt(corrupted);
      }
    }
    return checkpointFaults.state();
  });
  post('settings', settingsChangeSchema, (body) => context.changeSettings(body));
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

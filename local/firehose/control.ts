/** The control routes, `/_control/…`: what a test or a demo does to the service from outside. Errors name the field. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { VirtualClock } from './clock';
import type { DeliveryStream } from './deliveryStream';
import { faultSchema } from './faults';
import { type Settings, type SettingsChange, settingsChangeSchema } from './settings';
import type { Streams } from './streams';
import { DeliveryTooSlow, type Timeline } from './timeline';

export interface ControlContext {
  readonly clock: VirtualClock;
  readonly streams: Streams;
  readonly timeline: Timeline;
  readonly settings: () => Settings;
  readonly changeSettings: (change: SettingsChange) => Settings;
}

const clockSchema = z.strictObject({
  now: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  /** Seconds of this clock in a second of the wall clock; 0 stands still. */
  speed: z.number().min(0).default(1),
});
const streamsSchema = z.strictObject({ stream: z.string().optional() });

class UnknownStream extends Error {}

export function addControlRoutes(app: FastifyInstance, context: ControlContext): void {
  const { clock, streams, timeline } = context;

  const post = <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    act: (body: z.infer<Schema>) => Promise<object> | object,
  ): void => {
    app.post(`/_control/${path}`, async (request, reply) => {
      const parsed = schema.safeParse(request.body ?? {});
      if (!parsed.success) return reply.code(400).send({ error: textOf(parsed.error) });
      try {
        return await act(parsed.data);
      } catch (error) {
        if (error instanceof UnknownStream) return reply.code(400).send({ error: error.message });
        if (error instanceof DeliveryTooSlow) return reply.code(503).send({ error: error.message });
        throw error;
      }
    });
  };

  const clockState = (): object => ({ now: new Date(clock.nowMs()).toISOString(), speed: clock.speed });
  const streamStates = (): object => ({ streams: streams.all().map((stream) => stream.state()) });
  /** All of them when none is named. */
  const chosen = (name: string | undefined): DeliveryStream[] => {
    const found = streams.all().filter(({ definition }) => name === undefined || definition.name === name);
    if (name !== undefined && found.length === 0) throw new UnknownStream(`stream: there is no stream '${name}'`);
    return found;
  };

  app.get('/_control/state', async () => ({
    clock: clockState(),
    settings: context.settings(),
    ...streamStates(),
  }));

  post('clock', clockSchema, async ({ now, speed }) => {
    await timeline.moveTo(now, speed);
    return clockState();
  });
  post('flush', streamsSchema, async ({ stream }) => {
    await timeline.flush(chosen(stream));
    return streamStates();
  });
  post('faults', faultSchema, (fault) => {
    for (const stream of chosen(fault.stream)) stream.faults.arm(fault, clock.nowMs());
    timeline.run();
    return streamStates();
  });
  post('clear', streamsSchema, ({ stream: name }) => {
    for (const stream of chosen(name)) stream.faults.clear();
    timeline.run();
    return streamStates();
  });
  post('settings', settingsChangeSchema, (body) => context.changeSettings(body));
}

function textOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
}

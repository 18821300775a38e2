/** How the server's schedules stand to those that the code wants: what differs, what is missing, and what the code does not know. */
import { type Client, type ScheduleDescription, ScheduleNotFoundError, type ScheduleOptions } from '@temporalio/client';
import { type Difference, describeDifference, differences } from '../domain/drift';
import { viewOfServer, viewOfWanted } from './view';

export interface CheckedSchedule {
  readonly id: string;
  /** `unknown`: on the server, and not in the code. */
  readonly state: 'as wanted' | 'differs' | 'missing' | 'unknown';
  readonly differences: readonly Difference[];
  /** An operator's pause is no difference. */
  readonly pause?: { readonly note: string };
  readonly nextAt?: string;
}

/** Every schedule of the product has an id that begins so. */
const ownPrefix = 'frontpage-';

export async function checkSchedules(client: Client, wanted: readonly ScheduleOptions[]): Promise<CheckedSchedule[]> {
  const known = await Promise.all(wanted.map((each) => checkSchedule(client, each)));
  const ids = new Set(wanted.map(({ scheduleId }) => scheduleId));
  const unknown: CheckedSchedule[] = [];
  for await (const { scheduleId } of client.schedule.list()) {
    if (!scheduleId.startsWith(ownPrefix) || ids.has(scheduleId)) continue;
    // A list lags behind what was deleted a moment ago.
    const description = await describe(client, scheduleId);
    if (description !== undefined) unknown.push({ id: scheduleId, state: 'unknown', differences: [] });
  }
  return [...known, ...unknown];
}

async function checkSchedule(client: Client, wanted: ScheduleOptions): Promise<CheckedSchedule> {
  const id = wanted.scheduleId;
  const found = await describe(client, id);
  if (found === undefined) return { id, state: 'missing', differences: [] };
  const differing = differences(viewOfServer(found), viewOfWanted(wanted));
  const [next] = found.info.nextActionTimes;
  return {
    id,
    state: differing.length === 0 ? 'as wanted' : 'differs',
    differences: differing,
    ...(found.state.paused ? { pause: { note: found.state.note ?? '' } } : {}),
    ...(next === undefined ? {} : { nextAt: next.toISOString() }),
  };
}

async function describe(client: Client, scheduleId: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(scheduleId).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** Lines for a human, each beginning with its schedule. */
export function describeChecked({ id, state, differences: differing, pause, nextAt }: CheckedSchedule): string[] {
  const next = nextAt === undefined ? '' : `, next at ${nextAt.slice(0, 16)}Z`;
  const paused = pause === undefined ? [] : [`schedule ${id} is paused${pause.note === '' ? '' : `: ${pause.note}`}`];
  switch (state) {
    case 'as wanted':
      return [`schedule ${id} is as wanted${pause === undefined ? next : ''}`, ...paused];
    case 'differs':
      return [...differing.map((each) => `schedule ${id}: ${describeDifference(each)}`), ...paused];
    case 'missing':
      return [`schedule ${id} is missing`];
    case 'unknown':
      return [
        `schedule ${id} is on the server, and the code does not know it: ` +
          `'temporal schedule delete --schedule-id ${id}' removes it`,
      ];
  }
}

export function isDrift({ state }: CheckedSchedule): boolean {
  return state !== 'as wanted';
}

/** Makes the server's schedule the wanted one. What an operator set, a pause and its note, stays. */
import { type Client, ScheduleAlreadyRunning, type ScheduleOptions } from '@temporalio/client';

export async function applySchedule(client: Client, wanted: ScheduleOptions): Promise<'created' | 'updated'> {
  try {
    await client.schedule.create(wanted);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  await client.schedule.getHandle(wanted.scheduleId).update(({ state: { paused, note } }) => ({
    spec: wanted.spec,
    action: wanted.action,
    ...(wanted.policies === undefined ? {} : { policies: wanted.policies }),
    // Without the rest of it: a schedule that stops after some actions is none of ours.
    state: { paused, ...(note === undefined ? {} : { note }) },
  }));
  return 'updated';
}

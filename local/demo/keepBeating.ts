/** Beats of the fresh loop while the demo is kept open, so that what somebody reads on the portal counts within minutes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { loadFreshSettings } from '../../src/config';
import { minuteMs } from '../../src/domain/durations';
import { applySchedule } from '../../src/schedules/apply';
import { freshSchedule } from '../../src/schedules/wanted';
import { type BeatsOptions, beatAt } from './freshBeats';

const lookEveryMs = 5000;

/** Goes on until `signal`. `clockMs` tells the time of the day that was played, which goes on at the pace of the wall. */
export async function keepBeating({
  clockMs,
  environment,
  signal,
  say,
  ...options
}: Pick<BeatsOptions, 'client' | 'environment' | 'titleOf' | 'signal' | 'say'> & {
  readonly clockMs: () => Promise<number>;
}): Promise<void> {
  await applySchedule(options.client, {
    ...freshSchedule({ ...loadFreshSettings(environment), everyMinutes: 1 }),
    state: { paused: true, note: 'paused by the demo, which beats in the time of the day it played' },
  });
  let told = '';
  let minute = Math.floor((await clockMs()) / minuteMs);
  while (!signal.aborted) {
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
    const nowMs = await clockMs();
    if (Math.floor(nowMs / minuteMs) <= minute || signal.aborted) continue;
    minute = Math.floor(nowMs / minuteMs);
    const line = await beatAt(minute * minuteMs, options);
    // Every minute is too often to tell that nothing has changed.
    const news = line.replace(/\d\d:\d\d/, '');
    if (news !== told) say(line);
    told = news;
  }
}

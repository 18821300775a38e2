/** What the hours of a day hold, and what they usually hold, as the lake has it. */
import type { ObjectInfo, ObjectStore } from '../clients/objectStore';
import { clicksDayPrefix, hourOfClicksKey } from '../domain/keys';
import type { HourPartition } from '../domain/readiness';
import type { RunDate } from '../domain/runDate';
import { earlierWeekdays, type UsualVolume, usualVolume } from '../domain/volume';
import { acknowledgedClicks } from './acknowledgedClicks';

/** By the days of the same weekday that are in the lake. */
export async function usualOf(lake: ObjectStore, runDate: RunDate): Promise<UsualVolume> {
  const days: HourPartition[][] = [];
  for (const day of earlierWeekdays(runDate)) {
    const objects = await lake.list(clicksDayPrefix(day));
    if (objects.length > 0) days.push(hoursOf(day, objects, await acknowledgedClicks(lake, day)));
  }
  return usualVolume(days);
}

/** All 24. */
export function hoursOf(
  day: RunDate,
  objects: readonly ObjectInfo[],
  acknowledged: ReadonlyMap<number, number>,
): HourPartition[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const ofHour = objects.filter((object) => hourOfClicksKey(day, object.key) === hour);
    const clicks = acknowledged.get(hour);
    return {
      hour,
      objects: ofHour.length,
      sizeBytes: ofHour.reduce((sum, object) => sum + object.sizeBytes, 0),
      ...(clicks === undefined ? {} : { clicks }),
    };
  });
}

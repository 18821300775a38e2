/** How serving did after the publish, and which older sets were removed. */
import type { RunReport } from '../../contract';
import { describeSweep, describeWatch } from '../../domain/afterPublish';
import { absent, paragraph, type Section } from '../parts';
import { marksOf } from './head';

export function afterwardsSection(report: RunReport): Section {
  const { watch, sweep } = marksOf(report);
  return {
    id: 'afterwards',
    title: 'After the publish',
    body: [
      watch === undefined
        ? absent('Serving was not watched after this run.')
        : paragraph(`Serving: ${describeWatch(watch)}.`),
      sweep === undefined
        ? absent('Older sets were not swept in this run.')
        : paragraph(`Sweep: ${describeSweep(sweep)}.`),
    ],
  };
}

/** The day hour by hour, against the same weekday of earlier weeks. */
import type { RunReport } from '../../contract';
import { describeBytes } from '../../domain/readinessTable';
import { figureOf } from '../charts/drawing';
import { type HourOfDay, twoDigitHour, volumeOption } from '../charts/volumeChart';
import type { DayVolume, ReportContext } from '../context';
import { count, share } from '../figures';
import { absent, paragraph, type Section, tableOf } from '../parts';
import { marksOf } from './head';

/** What hours are compared by: clicks where ledgers tell of them, the stored bytes otherwise. */
interface Measure {
  readonly name: string;
  readonly words: string;
  readonly format: (value: number) => string;
  readonly hours: readonly HourOfDay[];
}

export function volumeSection(report: RunReport, { volume }: ReportContext): Section {
  const title = { id: 'volume', title: 'Clicks by hour' };
  if ('notKnown' in volume)
    return { ...title, body: [absent(`The hours of the day are not known: ${volume.notKnown}`)] };
  const measure = measureOf(volume);
  const { usual, hours } = volume;
  const total = measure.hours.reduce((sum, { value }) => sum + value, 0);
  const missing = hours.filter(({ objects }) => objects === 0).map(({ hour }) => twoDigitHour(hour));
  return {
    ...title,
    body: [
      paragraph(
        usual.weekdays === 0
          ? 'No earlier day of this weekday is in the lake, so nothing is known of what is usual.'
          : `Usual is the median of ${usual.weekdays} earlier ${usual.weekdays === 1 ? 'day' : 'days'} of this weekday. Hours are UTC, by when clicks arrived.`,
      ),
      figureOf({
        id: 'volume',
        title: `${measure.words} in each hour`,
        summary: `A bar for each hour of ${report.runDate}, ${measure.format(total)} in all, and a line for what is usual.`,
        heightPx: (width) => (width === 'wide' ? 280 : 230),
        option: (width) => volumeOption(measure.hours, measure.format, width),
        table: hoursTable(volume, measure),
      }),
      paragraph(missing.length === 0 ? 'Every hour has objects.' : `Hours without any object: ${missing.join(', ')}.`),
      ...clicksOf(report),
    ],
  };
}

function measureOf({ hours, usual }: DayVolume): Measure {
  const told = hours.some(({ clicks }) => clicks !== undefined);
  const at = (usualOfHour: readonly (number | null)[] | undefined, hour: number) => {
    const found = usualOfHour?.[hour];
    return found === undefined || found === null || usual.weekdays === 0 ? {} : { usual: found };
  };
  return told
    ? {
        name: 'Clicks',
        words: 'Clicks that collectors acknowledged',
        format: count,
        hours: hours.map(({ hour, clicks = 0 }) => ({ hour, value: clicks, ...at(usual.clicksOfHour, hour) })),
      }
    : {
        name: 'Bytes',
        words: 'Stored bytes, since no ledger tells of clicks,',
        format: describeBytes,
        hours: hours.map(({ hour, sizeBytes }) => ({ hour, value: sizeBytes, ...at(usual.bytesOfHour, hour) })),
      };
}

function hoursTable({ hours }: DayVolume, { name, format, hours: measured }: Measure) {
  return tableOf(
    'Hours of the day',
    [
      { name: 'Hour' },
      { name, isNumber: true },
      { name: 'Usual', isNumber: true },
      { name: 'Of the usual', isNumber: true },
      { name: 'Objects', isNumber: true },
      { name: 'Size', isNumber: true },
    ],
    measured.map(({ hour, value, usual }) => {
      const stored = hours.find((candidate) => candidate.hour === hour);
      return [
        twoDigitHour(hour),
        format(value),
        usual === undefined ? 'not known' : format(usual),
        usual === undefined || usual === 0 ? '' : share(value / usual),
        stored?.objects ?? 0,
        describeBytes(stored?.sizeBytes ?? 0),
      ];
    }),
  );
}

/** What the trainer found in what was delivered; absent from a run that did not come so far. */
function clicksOf(report: RunReport) {
  const { degraded } = marksOf(report);
  if (!('summary' in report)) return [absent('No clicks were counted: the run ended before its gate was passed.')];
  const { clicks, ledger } = report.summary;
  const found =
    ledger === null
      ? 'No ledger was there to reconcile with.'
      : `Of ${count(ledger.acknowledged)} clicks that collectors acknowledged, ${count(ledger.found)} were found${
          ledger.acknowledged === ledger.found
            ? ': nothing is missing.'
            : `: ${count(ledger.acknowledged - ledger.found)} are missing.`
        }`;
  return [
    paragraph(
      `${count(clicks.runDate)} clicks of the day were used. Of ${count(clicks.lines)} lines that were read, earlier days and heartbeats included, ${count(clicks.malformed)} were malformed and ${count(clicks.duplicates)} were duplicates. ${found}`,
    ),
    ...(degraded === undefined ? [] : [absent('The run is marked as degraded; see the head of the page.')]),
  ];
}

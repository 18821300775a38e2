/** What the training cost over all attempts, what Spot saved, and how that was on other days. */
import type { RunReport } from '../../contract';
import type { TrainingMoney } from '../../domain/trainingCost';
import type { Html } from '../../pages/html';
import { colour, figureOf } from '../charts/drawing';
import { historyOption } from '../charts/historyChart';
import type { ReportContext } from '../context';
import { type DayFigures, lastDays } from '../days';
import { duration, percent, plural, usd } from '../figures';
import { absent, type Fact, type Section, tableOf, tilesOf } from '../parts';
import { marksOf } from './head';

export function moneySection(report: RunReport, context: ReportContext): Section {
  const { money } = marksOf(report);
  return {
    id: 'money',
    title: 'Money',
    body: [
      ...(money === undefined
        ? [absent('No training was paid for.')]
        : [tilesOf(tiles(report, money)), rungsTable(money)]),
      costHistory(lastDays(report, context)),
    ],
  };
}

function tiles(report: RunReport, money: TrainingMoney): Fact[] {
  const { costUsd, onDemandUsd, savingPercent, trainingSeconds, billableSeconds } = money;
  const readers = 'summary' in report ? report.summary.readers : 0;
  return [
    { name: 'Cost over all attempts', value: usd(costUsd), note: `on demand it had been ${usd(onDemandUsd)}` },
    {
      name: 'Saved by Spot',
      value: percent(savingPercent),
      note: `${duration(billableSeconds)} billed for ${duration(trainingSeconds)} of training`,
    },
    {
      name: 'Cost per thousand readers',
      value: costUsd === null || readers === 0 ? 'not known' : usd((1000 * costUsd) / readers),
    },
    {
      name: 'Interruptions',
      value: money.interruptions,
      note: `${duration(money.lostSeconds)} lost until training went on`,
    },
  ];
}

function rungsTable({ byRung }: TrainingMoney): Html {
  return tableOf(
    'Cost by rung',
    [
      { name: 'Rung' },
      { name: 'Attempts', isNumber: true },
      { name: 'Billed', isNumber: true },
      { name: 'Cost', isNumber: true },
    ],
    byRung.map(({ rung, attempts, billableSeconds, costUsd }) => [
      rung,
      attempts,
      duration(billableSeconds),
      usd(costUsd),
    ]),
  );
}

function costHistory(days: readonly DayFigures[]): Html {
  const paid = days.map(({ figures }) => figures?.costUsd ?? undefined);
  const saved = days.map(({ figures }) => savedUsd(figures?.costUsd, figures?.onDemandUsd));
  if (paid.filter((usdOfDay) => usdOfDay !== undefined).length < 2) {
    return absent('No earlier day has a cost to compare with.');
  }
  return figureOf({
    id: 'cost',
    title: 'Training, day by day, in dollars: what was paid, and what Spot saved',
    summary: `Stacked bars over ${plural(days.length, 'day', 'days')}: what was paid, and above it what Spot saved.`,
    heightPx: () => 220,
    option: (width) =>
      historyOption(
        {
          days: days.map(({ day }) => day.slice(5)),
          series: [
            { name: 'paid', colour: colour.first, values: paid },
            { name: 'saved by Spot', colour: colour.quiet, values: saved },
          ],
          failed: days.map(() => false),
          format: usd,
        },
        width,
      ),
    table: tableOf(
      'Training cost',
      [{ name: 'Day' }, { name: 'Paid', isNumber: true }, { name: 'Saved by Spot', isNumber: true }],
      days.map(({ day }, index) => [day, dollars(paid[index]), dollars(saved[index])]),
    ),
  });
}

const dollars = (value: number | undefined): string => (value === undefined ? 'none' : usd(value));

function savedUsd(cost: number | null | undefined, onDemand: number | null | undefined): number | undefined {
  if (cost === null || cost === undefined || onDemand === null || onDemand === undefined) return undefined;
  return Math.max(0, onDemand - cost);
}

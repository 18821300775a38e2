/** Quality over the last days, and how each of them ended. */
import type { RunReport } from '../../contract';
import type { Html } from '../../pages/html';
import { colour, figureOf } from '../charts/drawing';
import { type HistorySeries, historyOption } from '../charts/historyChart';
import { historyDays, type ReportContext } from '../context';
import { type DayFigures, isFailed, lastDays, rangesOf } from '../days';
import { count, duration, perSecond, plural, quality, usd } from '../figures';
import { absent, type Section, tableOf } from '../parts';
import { wordsOf } from './head';

export function historySection(report: RunReport, context: ReportContext): Section {
  const days = lastDays(report, context);
  const title = { id: 'history', title: `Quality of the last ${historyDays} days` };
  const withQuality = days.filter(({ figures }) => figures?.recallAt10 !== undefined).length;
  return {
    ...title,
    body: [
      ...(withQuality < 2
        ? [absent('Fewer than two days have a quality to draw.')]
        : [
            qualityFigure(days, 'recall', 'recall@10', ['recallAt10', 'popularRecallAt10', 'championRecallAt10']),
            qualityFigure(days, 'ndcg', 'NDCG@10', ['ndcgAt10', 'popularNdcgAt10', 'championNdcgAt10']),
          ]),
      daysTable(days),
      ...withoutReport(context),
    ],
  };
}

type QualityName =
  | 'recallAt10'
  | 'ndcgAt10'
  | 'popularRecallAt10'
  | 'popularNdcgAt10'
  | 'championRecallAt10'
  | 'championNdcgAt10';

function qualityFigure(
  days: readonly DayFigures[],
  id: string,
  metric: string,
  [candidate, popular, champion]: readonly [QualityName, QualityName, QualityName],
): Html {
  const series: HistorySeries[] = [
    { ...lineOf(days, candidate), name: 'candidate', colour: colour.first, line: { dash: 'solid', symbol: 'circle' } },
    {
      ...lineOf(days, popular),
      name: 'recent popularity',
      colour: colour.second,
      line: { dash: 'dashed', symbol: 'rect' },
    },
    {
      ...lineOf(days, champion),
      name: 'the set that was live',
      colour: colour.third,
      line: { dash: 'dotted', symbol: 'triangle' },
    },
  ];
  const latest = days.findLast(({ figures }) => figures?.[candidate] !== undefined);
  return figureOf({
    id,
    title: `${metric}, day by day`,
    summary: `Lines over ${plural(days.length, 'day', 'days')}. Latest, ${latest?.day ?? ''}: candidate ${text(latest?.figures?.[candidate])}, recent popularity ${text(latest?.figures?.[popular])}, the set that was live ${text(latest?.figures?.[champion])}.`,
    heightPx: () => 250,
    option: (width) =>
      historyOption(
        {
          days: days.map(({ day }) => day.slice(5)),
          series: series.filter(({ values }) => values.some((value) => value !== undefined)),
          failed: days.map(({ figures }) => figures !== undefined && isFailed(figures)),
          format: (value) => value.toFixed(3),
        },
        width,
      ),
    table: tableOf(
      metric,
      [{ name: 'Day' }, ...series.map(({ name }) => ({ name, isNumber: true as const }))],
      days.map(({ day }, index) => [day, ...series.map(({ values }) => text(values[index]))]),
    ),
  });
}

const lineOf = (days: readonly DayFigures[], name: QualityName) => ({
  values: days.map(({ figures }) => figures?.[name]),
});

const text = (value: number | undefined): string => (value === undefined ? 'none' : quality(value));

function daysTable(days: readonly DayFigures[]): Html {
  return tableOf(
    'Runs of these days',
    [
      { name: 'Day' },
      { name: 'Ended' },
      { name: 'Readers', isNumber: true },
      { name: 'recall@10', isNumber: true },
      { name: 'Took', isNumber: true },
      { name: 'Cost', isNumber: true },
      { name: 'Interruptions', isNumber: true },
      { name: 'Load rate', isNumber: true },
    ],
    days
      .toReversed()
      .map(({ day, figures }) =>
        figures === undefined
          ? [day, 'no report', '', '', '', '', '', '']
          : [
              day,
              figures.failureType === undefined
                ? wordsOf(figures.outcome)
                : `${wordsOf(figures.outcome)}: ${figures.failureType}`,
              figures.readers === undefined ? '' : count(figures.readers),
              figures.recallAt10 === undefined ? '' : quality(figures.recallAt10),
              figures.durationSeconds === undefined ? '' : duration(figures.durationSeconds),
              figures.costUsd === undefined ? '' : usd(figures.costUsd),
              figures.interruptions ?? '',
              figures.itemsPerSecond === undefined ? '' : perSecond(figures.itemsPerSecond),
            ],
      ),
  );
}

function withoutReport({ earlier: { missing, unreadable } }: ReportContext): Html[] {
  return [
    ...(missing.length === 0 ? [] : [absent(`Days without a report: ${rangesOf(missing).join(', ')}.`)]),
    ...unreadable.map(({ day, why }) => absent(`The report of ${day} could not be read: ${why}`)),
  ];
}

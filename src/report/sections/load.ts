/** How fast the set came into the table. */
import type { RunReport } from '../../contract';
import { colour, figureOf } from '../charts/drawing';
import { historyOption } from '../charts/historyChart';
import type { ReportContext } from '../context';
import { lastDays } from '../days';
import { count, duration, perSecond, plural } from '../figures';
import { absent, type Section, tableOf, tilesOf } from '../parts';
import { figuresOf, secondsOfStage } from '../runFigures';

export function loadSection(report: RunReport, context: ReportContext): Section {
  const title = { id: 'load', title: 'Load' };
  if (!('summary' in report)) return { ...title, body: [absent('No set was loaded, or not to its end.')] };
  const { itemsLoaded, stages } = report.summary;
  const seconds = secondsOfStage(stages, 'loading');
  const { itemsPerSecond } = figuresOf(report);
  const days = lastDays(report, context);
  const rates = days.map(({ figures }) => figures?.itemsPerSecond);
  return {
    ...title,
    body: [
      tilesOf([
        { name: 'Items', value: count(itemsLoaded) },
        { name: 'Time', value: seconds === undefined ? 'not known' : duration(seconds) },
        { name: 'Load rate', value: itemsPerSecond === undefined ? 'not known' : perSecond(itemsPerSecond) },
      ]),
      ...(rates.filter((rate) => rate !== undefined).length < 2
        ? [absent('No earlier day has a load rate to compare with.')]
        : [
            figureOf({
              id: 'load',
              title: 'Items loaded in a second, day by day',
              summary: `A bar for each of ${plural(days.length, 'day', 'days')}; this day ${itemsPerSecond === undefined ? 'has none' : perSecond(itemsPerSecond)}.`,
              heightPx: () => 200,
              option: (width) =>
                historyOption(
                  {
                    days: days.map(({ day }) => day.slice(5)),
                    series: [{ name: 'items a second', colour: colour.first, values: rates }],
                    failed: days.map(() => false),
                    format: count,
                  },
                  width,
                ),
              table: tableOf(
                'Load rate',
                [{ name: 'Day' }, { name: 'Items', isNumber: true }, { name: 'Rate', isNumber: true }],
                days.map(({ day, figures }) => [
                  day,
                  figures?.itemsLoaded === undefined ? 'none' : count(figures.itemsLoaded),
                  figures?.itemsPerSecond === undefined ? 'none' : perSecond(figures.itemsPerSecond),
                ]),
              ),
            }),
          ]),
    ],
  };
}

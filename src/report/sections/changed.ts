/** What changed since yesterday, or since the last day that has a set to compare with. */
import type { RunReport } from '../../contract';
import { addDays } from '../../domain/runDate';
import { html } from '../../pages/html';
import { changesBetween } from '../changes';
import type { ReportContext } from '../context';
import { signedShare } from '../figures';
import { absent, paragraph, type Section, tableOf } from '../parts';
import { figuresOf } from '../runFigures';
import { wordsOf } from './head';

export function changedSection(report: RunReport, { earlier }: ReportContext): Section {
  const yesterday = addDays(report.runDate, -1);
  const before = earlier.runs.find((run) => 'summary' in run);
  const ofYesterday = earlier.runs.find(({ runDate }) => runDate === yesterday);
  const ended = ofYesterday === undefined ? 'has no report' : `ended as “${wordsOf(ofYesterday.outcome)}”`;
  const title = { id: 'changed', title: 'What changed since yesterday' };
  if (!('summary' in report)) {
    return {
      ...title,
      body: [absent(`This run made no set to compare. The run of yesterday, ${yesterday}, ${ended}.`)],
    };
  }
  if (before === undefined) {
    return { ...title, body: [absent('No earlier day has a set to compare with.')] };
  }
  const changes = changesBetween(figuresOf(before), figuresOf(report));
  return {
    ...title,
    body: [
      ...(before.runDate === yesterday
        ? []
        : [
            paragraph(
              html`The run of yesterday, ${yesterday}, ${ended}: compared with ${before.runDate}, the last set before.`,
            ),
          ]),
      tableOf(
        `${before.runDate} and ${report.runDate}`,
        [
          { name: 'Figure' },
          { name: before.runDate, isNumber: true },
          { name: report.runDate, isNumber: true },
          { name: 'Change', isNumber: true },
          { name: 'In percent', isNumber: true },
        ],
        changes.map(({ name, before: was, now, difference, relative }) => [
          name,
          was,
          now,
          difference,
          relative === undefined ? '' : signedShare(relative),
        ]),
      ),
    ],
  };
}

/** What the published set is blended with in serving, and by what that was chosen. */
import type { BlendMark, RunReport } from '../../contract';
import { describeBlend } from '../../domain/blendReport';
import type { BlendWeights, MomentWeights } from '../../domain/blendWeights';
import { type Html, html } from '../../pages/html';
import { count, plural, quality } from '../figures';
import { absent, paragraph, type Section, tableOf } from '../parts';
import { marksOf } from './head';

export function blendSection(report: RunReport): Section {
  const { blend } = marksOf(report);
  return {
    id: 'blend',
    title: 'Blend',
    body: [
      ...(blend === undefined
        ? [absent('No weights were chosen in this run: the set is blended with what was in use.')]
        : chosen(blend)),
      liveSet(report),
    ],
  };
}

function chosen(blend: BlendMark): Html[] {
  const lines = describeBlend(blend);
  const said =
    lines.length === 0
      ? absent('No moment could be measured: the weights stay as they were.')
      : html`<ul>
${lines.map(
  (line) => html`<li>${line}</li>
`,
)}</ul>
`;
  if ('notChosen' in blend) return [said];
  return [
    said,
    paragraph(
      `Chosen by ${count(blend.clicks)} clicks of ${blend.readersOneIn === 1 ? 'all readers' : `one reader in ${count(blend.readersOneIn)}`}, replayed against what would have been served.`,
    ),
    weightsTable(blend.weights),
  ];
}

function weightsTable({ halfLivesMinutes, first, next, maxAgeHours, maxSectionShare }: BlendWeights): Html {
  const row = (name: string, of: (weights: MomentWeights) => number | undefined) => [
    name,
    weight(of(first)),
    weight(of(next)),
  ];
  return html`${tableOf(
    'Weights',
    [{ name: 'Part' }, { name: 'First click of a visit', isNumber: true }, { name: 'Next clicks', isNumber: true }],
    [
      row('Personal list', ({ personal }) => personal),
      row('What follows the open article', ({ nextList }) => nextList),
      row('What visits through the same door begin with', ({ door }) => door),
      ...halfLivesMinutes.flatMap((minutes, column) => [
        row(`Popular to begin with, half-life ${minutes} min`, ({ popularFirst }) => popularFirst[column]),
        row(`Popular to go on with, half-life ${minutes} min`, ({ popularNext }) => popularNext[column]),
      ]),
    ],
  )}${paragraph(
    `Articles older than ${plural(maxAgeHours, 'hour', 'hours')} come after all others; one section fills at most ${Math.round(100 * maxSectionShare)} % of a page before the others have had their turn.`,
  )}`;
}

const weight = (value: number | undefined): string => (value ?? 0).toFixed(4);

function liveSet(report: RunReport): Html {
  if (!('summary' in report))
    return absent('How well the live set predicted the day is not known: the run ended before.');
  const { champion, candidate } = report.summary.quality;
  if (champion === undefined) return absent('There was no live set to compare with.');
  return paragraph(
    `The set that was live, ${champion.version}, predicted the same clicks with recall@10 ${quality(champion.recallAt10)} and NDCG@10 ${quality(champion.ndcgAt10)}; the candidate with ${quality(candidate.recallAt10)} and ${quality(candidate.ndcgAt10)}. Of ${count(champion.readers)} readers, ${count(champion.readersWithList)} had a list of their own in it.`,
  );
}

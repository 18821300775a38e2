/** What the gate decided, by which figures, and who decided where it could not. */
import type { RunReport } from '../../contract';
import { describeDecision } from '../../domain/approval';
import { type Comparison, standingOf } from '../../domain/comparison';
import type { GateCheck, GateDecision, GateVerdict } from '../../domain/gate';
import { type Html, html } from '../../pages/html';
import { figureOf } from '../charts/drawing';
import { type GateDot, gateHeightPx, gateOption } from '../charts/gateChart';
import { figure, instant, quality, signedShare } from '../figures';
import { absent, badge, paragraph, type Section, type Tone, tableOf } from '../parts';
import { marksOf } from './head';

const verdicts: Readonly<Record<GateVerdict, { readonly tone: Tone; readonly words: string }>> = {
  accepted: { tone: 'good', words: 'accepted' },
  rejected: { tone: 'bad', words: 'rejected' },
  borderline: { tone: 'warning', words: 'borderline: chance alone may have decided' },
};

export function gateSection(report: RunReport): Section {
  const title = { id: 'gate', title: 'Gate' };
  const gate = 'summary' in report ? report.summary.gate : report.gate;
  if (gate === undefined) return { ...title, body: [absent('The run ended before the gate decided.')] };
  const { approval } = marksOf(report);
  return {
    ...title,
    body: [
      verdictOf(gate),
      ...(approval === undefined
        ? []
        : [paragraph(`${sentence(describeDecision(approval))} (${instant(approval.decidedAtMs)} UTC)`)]),
      ...comparisonsOf(gate),
      checksOf(gate.checks),
      ...guardsOf(gate),
      ...(gate.notes ?? []).map((note) => absent(`Not judged: ${note}`)),
    ],
  };
}

function verdictOf({ accepted, verdict = accepted ? 'accepted' : 'rejected', personalGain }: GateDecision): Html {
  const { tone, words } = verdicts[verdict];
  return html`<p>${badge(tone, words)} The personal part earned ${signedShare(personalGain)} of recall@10 over recent popularity.</p>
`;
}

function comparisonsOf({ comparisons = [] }: GateDecision): Html[] {
  const dots = comparisons.filter(({ other }) => other > 0).map(dotOf);
  if (dots.length === 0) return [absent('There is no comparison with intervals.')];
  return [
    figureOf({
      id: 'gate',
      title: 'The candidate against recent popularity and the live set',
      summary: dots
        .map(
          ({ name, value, low, high, bound, standing }) =>
            `${name}: ${value.toFixed(1)} %, interval ${low.toFixed(1)} to ${high.toFixed(1)} %, bound ${bound.toFixed(1)} %, ${standing}.`,
        )
        .join(' '),
      heightPx: () => gateHeightPx(dots),
      option: (width) => gateOption(dots, width),
      table: comparisonTable(comparisons),
    }),
    html`<p class="note">A dot is the candidate’s figure, in percent above or below the other’s; the line through it is what chance may have made of it. All of the line must lie right of the dashed bound.</p>
`,
  ];
}

function dotOf(comparison: Comparison): GateDot {
  const { metric, against, candidate, other, margin, overBound } = comparison;
  const bound = -100 * margin;
  return {
    name: `${metric} against ${against}`,
    value: 100 * (candidate / other - 1),
    low: bound + (100 * overBound.low) / other,
    high: bound + (100 * overBound.high) / other,
    bound,
    standing: standingOf(comparison),
  };
}

function comparisonTable(comparisons: readonly Comparison[]): Html {
  return tableOf(
    'Comparisons',
    [
      { name: 'Figure' },
      { name: 'Candidate', isNumber: true },
      { name: 'Other', isNumber: true },
      { name: 'Difference', isNumber: true },
      { name: 'Allowed below', isNumber: true },
      { name: 'Standing' },
    ],
    comparisons.map((comparison) => [
      `${comparison.metric} against ${comparison.against}`,
      quality(comparison.candidate),
      quality(comparison.other),
      `${signed(comparison.difference.low)} to ${signed(comparison.difference.high)}`,
      signedShare(-comparison.margin),
      comparison.superior ? 'better, beyond chance' : standingOf(comparison),
    ]),
  );
}

function checksOf(checks: readonly GateCheck[]): Html {
  return tableOf(
    'Checks',
    [
      { name: 'Check' },
      { name: 'Figure', isNumber: true },
      { name: 'At least', isNumber: true },
      { name: 'Over the bound', isNumber: true },
      { name: 'Result' },
    ],
    checks.map(({ name, value, bound, overBound, passed, inDoubt }) => [
      name,
      figure(value),
      figure(bound),
      overBound === undefined ? '' : `${signed(overBound.low)} to ${signed(overBound.high)}`,
      resultOf(passed, inDoubt ?? false),
    ]),
  );
}

function guardsOf({ guards = [] }: GateDecision): Html[] {
  if (guards.length === 0) return [absent('No guard looked at the set.')];
  return [
    tableOf(
      'Guards',
      [{ name: 'Guard' }, { name: 'Figure', isNumber: true }, { name: 'Bound', isNumber: true }, { name: 'Result' }],
      guards.map(({ name, figure: value, is, bound, passed }) => [
        name,
        figure(value),
        `${is} ${figure(bound)}`,
        resultOf(passed, false),
      ]),
    ),
  ];
}

function resultOf(passed: boolean, inDoubt: boolean): Html {
  if (passed) return badge('good', 'passed');
  return inDoubt ? badge('warning', 'in doubt') : badge('bad', 'not passed');
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Of a difference of two qualities. */
const signed = (value: number): string => {
  if (!Number.isFinite(value)) return figure(value);
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${quality(Math.abs(value))}`;
};

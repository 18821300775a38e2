import { addDays, parseRunDate } from '../../src/domain/runDate';
import { escaped, html } from '../../src/pages/html';
import { changesBetween } from '../../src/report/changes';
import { rangesOf } from '../../src/report/days';
import { duration, figure, signedShare, usd } from '../../src/report/figures';
import type { RunFigures } from '../../src/report/runFigures';

const day = parseRunDate('2026-11-23');

describe('figures of the report', () => {
  it.each([
    [0.04, '0.0 s'],
    [59.94, '59.9 s'],
    [59.96, '1 min 00 s'],
    [245, '4 min 05 s'],
    [3599.6, '1 h 00 min'],
    [7530, '2 h 06 min'],
  ])('%d seconds read as %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  it.each([
    [0.0812, '0.0812'],
    [0.005, '0.0050'],
    [286_382.6, '286,383'],
    [12, '12'],
    [Number.NaN, 'not measurable'],
  ])('a figure of %d reads as %s', (value, words) => {
    expect(figure(value)).toBe(words);
  });

  it('tells a small price by its digits, and one that nobody knows in words', () => {
    expect([usd(0.000444), usd(0.0612), usd(12.3), usd(0), usd(null)]).toEqual([
      '$0.00044',
      '$0.061',
      '$12.30',
      '$0.00',
      'price not known',
    ]);
  });

  it('signs what rose and what fell', () => {
    expect([signedShare(0.05), signedShare(-0.05), signedShare(0)]).toEqual(['+5.0 %', '−5.0 %', '0.0 %']);
  });
});

describe('changes', () => {
  const now: RunFigures = { runDate: day, outcome: 'published', readers: 110, savingPercent: 60, guards: [] };

  it('leave out what one of the days does not have', () => {
    const before: RunFigures = {
      runDate: addDays(day, -1),
      outcome: 'published',
      readers: 100,
      costUsd: null,
      guards: [],
    };
    expect(changesBetween(before, { ...now, costUsd: 1 })).toEqual([
      { name: 'Readers with a list', before: '100', now: '110', difference: '+10', relative: expect.closeTo(0.1) },
    ]);
  });

  it('of shares are points, of nothing have no percentage', () => {
    const before: RunFigures = { ...now, readers: 0, savingPercent: 65.5 };
    expect(changesBetween(before, now)).toEqual([
      { name: 'Readers with a list', before: '0', now: '110', difference: '+110' },
      { name: 'Saved by Spot', before: '65.5 %', now: '60.0 %', difference: '−5.5 points' },
    ]);
  });

  it('of guards are told where both sets were guarded, and could be measured', () => {
    const guarded = (share: number): RunFigures => ({
      ...now,
      guards: [{ name: 'share of readers with a full list', figure: share }],
    });
    expect(changesBetween(guarded(0.9), guarded(0.95)).at(-1)).toMatchObject({ difference: '+5.0 points' });
    expect(changesBetween(guarded(Number.NaN), guarded(0.95))).toHaveLength(2);
    expect(changesBetween(now, guarded(0.95))).toHaveLength(2);
  });
});

describe('markup', () => {
  it('escapes what is put into it, in text and in attributes, and leaves markup alone', () => {
    const part = html`<b title="${`"><i>'&`}">${'<script>'}</b>`;
    expect(html`<p>${part}${[part]}${3}</p>`.text).toBe(`<p>${part.text}${part.text}3</p>`);
    expect(part.text).toBe('<b title="&#34;&#62;&#60;i&#62;&#39;&#38;">&#60;script&#62;</b>');
    expect(escaped('a & b')).toBe('a &#38; b');
  });
});

it('days in a row are told as a range', () => {
  const days = [-1, -2, -3, -5].map((back) => addDays(day, back));
  expect(rangesOf(days)).toEqual(['2026-11-18', '2026-11-20 to 2026-11-22']);
});

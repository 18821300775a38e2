/** The stages of a run over time, its training jobs below their stage, with what they waited for and lost. */
import type { CustomSeriesOption, CustomSeriesRenderItemReturn, EChartsOption, LineSeriesOption } from 'echarts';
import { axisLabel, axisLine, colour, font, splitLine, type Width, widthPx } from './drawing';
import type { TimelineBar, TimelineMark, TimelineRow } from './timelineRow';

const rowPx = 30;
const barPx = 16;
const marginPx = { bottom: 26, right: 18 } as const;
/** Marks have their names above the rows. */
const topPx = (marks: readonly TimelineMark[]): number => (marks.length === 0 ? 6 : 34);
const labelColumnPx: Readonly<Record<Width, number>> = { wide: 210, narrow: 134 };
const fontPx: Readonly<Record<Width, number>> = { wide: 12, narrow: 11 };
/** Of a character, at most in the fonts that stand in where there is no better one. */
const characterEm = 0.64;

const fills: Readonly<Record<TimelineBar['state'], string>> = {
  stage: colour.first,
  'failed stage': colour.bad,
  waiting: colour.quiet,
  preparing: colour.third,
  training: colour.first,
  interrupted: colour.bad,
  saving: colour.third,
  ending: colour.quiet,
};

export const timelineHeightPx = (rows: readonly TimelineRow[], marks: readonly TimelineMark[]): number =>
  topPx(marks) + rows.length * rowPx + marginPx.bottom;

export function timelineOption(
  rows: readonly TimelineRow[],
  marks: readonly TimelineMark[],
  width: Width,
): EChartsOption {
  const bars = rows.flatMap((row, index) => row.bars.map((bar) => ({ ...bar, index })));
  const startMs = Math.min(...bars.map((bar) => bar.startMs));
  const endMs = Math.max(...bars.map((bar) => bar.endMs), ...marks.map(({ atMs }) => atMs));
  const spanMs = Math.max(1000, endMs - startMs);
  const names = rows.map(({ name, shortName }) => (width === 'wide' ? name : (shortName ?? name)));
  return {
    grid: { left: labelColumnPx[width], right: marginPx.right, top: topPx(marks), bottom: marginPx.bottom },
    xAxis: {
      type: 'time',
      min: startMs,
      // Room for the label of the last bar.
      max: startMs + spanMs * 1.08,
      splitNumber: width === 'wide' ? 8 : 3,
      axisLabel: { ...axisLabel, hideOverlap: true, formatter: spanMs < 300_000 ? '{HH}:{mm}:{ss}' : '{HH}:{mm}' },
      axisLine,
      splitLine: { show: true, ...splitLine },
    },
    yAxis: {
      type: 'category',
      data: names,
      inverse: true,
      axisLabel: {
        ...axisLabel,
        color: colour.ink,
        fontSize: fontPx[width],
        width: labelColumnPx[width] - (width === 'wide' ? 12 : 24),
        overflow: 'truncate',
      },
      axisLine,
      axisTick: { show: false },
    },
    series: [barsOf(bars, rows, width), marksOf(marks)],
  };
}

function barsOf(
  bars: readonly (TimelineBar & { readonly index: number })[],
  rows: readonly TimelineRow[],
  width: Width,
): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    data: bars.map(({ startMs, endMs, index }) => [startMs, endMs, index]),
    encode: { x: [0, 1], y: 2 },
    renderItem: ({ dataIndex }, api): CustomSeriesRenderItemReturn => {
      const bar = bars[dataIndex];
      const row = bar === undefined ? undefined : rows[bar.index];
      if (bar === undefined || row === undefined) return null;
      const [startPx = 0, middlePx = 0] = api.coord([bar.startMs, bar.index]);
      const [endPx = 0] = api.coord([bar.endMs, bar.index]);
      // A stage of a moment is still seen.
      const shape = { x: startPx, y: middlePx - barPx / 2, width: Math.max(2, endPx - startPx), height: barPx };
      const isLast = row.bars.at(-1)?.startMs === bar.startMs;
      const label = isLast
        ? labelAt(row, endPx, api.coord([row.bars[0]?.startMs ?? 0, bar.index])[0] ?? 0, width)
        : undefined;
      return {
        type: 'group',
        children: [
          { type: 'rect', shape, style: { fill: fills[bar.state] } },
          ...(label === undefined
            ? []
            : [
                {
                  type: 'text' as const,
                  x: label.x,
                  y: middlePx,
                  style: {
                    text: label.text,
                    fill: colour.ink,
                    // It may lie on a line.
                    stroke: colour.panel,
                    lineWidth: 3,
                    font: `${fontPx[width]}px ${font}`,
                    align: label.align,
                    verticalAlign: 'middle' as const,
                  },
                },
              ]),
        ],
      };
    },
  };
}

/** Right of the bars, or left of them; `undefined` where neither has room: the table below has it all. */
function labelAt(
  { label, shortLabel = label }: TimelineRow,
  endPx: number,
  startPx: number,
  width: Width,
): { readonly text: string; readonly x: number; readonly align: 'left' | 'right' } | undefined {
  const text = width === 'wide' ? label : shortLabel;
  const neededPx = 6 + text.length * fontPx[width] * characterEm;
  if (endPx + neededPx <= widthPx[width]) return { text, x: Math.max(endPx, startPx + 2) + 6, align: 'left' };
  return startPx - neededPx >= labelColumnPx[width] ? { text, x: startPx - 6, align: 'right' } : undefined;
}

/** Instants that matter: when the set was live, and when it had to be. */
function marksOf(marks: readonly TimelineMark[]): LineSeriesOption {
  return {
    type: 'line',
    data: [],
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: colour.warning, type: 'dashed', width: 1.5 },
      label: { color: colour.ink, fontSize: 12, fontFamily: font, formatter: '{b}', position: 'start' },
      data: marks.map(({ name, atMs }) => ({ name, xAxis: atMs })),
    },
  };
}

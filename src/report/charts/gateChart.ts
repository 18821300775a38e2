/** How the candidate stands against each of its opponents: a dot with its interval, and the bound that all of it must reach. */
import type { CustomSeriesRenderItemReturn, EChartsOption } from 'echarts';
import type { Standing } from '../../domain/comparison';
import { axisLabel, axisLine, colour, splitLine, type Width } from './drawing';

export interface GateDot {
  readonly name: string;
  /** All in percent of the opponent's figure: 0 is as good as the opponent. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly bound: number;
  readonly standing: Standing;
}

const rowPx = 38;
const capPx = 7;

const colours: Readonly<Record<Standing, string>> = {
  'not worse': colour.good,
  'in doubt': colour.warning,
  worse: colour.bad,
};

export const gateHeightPx = (dots: readonly GateDot[]): number => 12 + dots.length * rowPx + 30;

export function gateOption(dots: readonly GateDot[], width: Width): EChartsOption {
  const ends = [0, ...dots.flatMap(({ low, high, bound, value }) => [low, high, bound, value])];
  const pad = Math.max(1, (Math.max(...ends) - Math.min(...ends)) * 0.08);
  return {
    grid: { left: width === 'wide' ? 240 : 132, right: 18, top: 12, bottom: 30 },
    xAxis: {
      type: 'value',
      min: Math.floor(Math.min(...ends) - pad),
      max: Math.ceil(Math.max(...ends) + pad),
      splitNumber: width === 'wide' ? 8 : 3,
      // The ends of the axis are no round numbers.
      axisLabel: {
        ...axisLabel,
        formatter: '{value} %',
        hideOverlap: true,
        showMinLabel: false,
        showMaxLabel: false,
      },
      splitLine,
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: dots.map(({ name }) => name),
      axisLabel: {
        ...axisLabel,
        color: colour.ink,
        fontSize: width === 'wide' ? 12 : 11,
        width: width === 'wide' ? 228 : 100,
        overflow: 'break',
      },
      axisLine,
      axisTick: { show: false },
    },
    series: [
      {
        type: 'custom',
        silent: true,
        data: dots.map(({ value }, index) => [value, index]),
        encode: { x: 0, y: 1 },
        renderItem: ({ dataIndex }, api): CustomSeriesRenderItemReturn => {
          const dot = dots[dataIndex];
          if (dot === undefined) return null;
          const xOf = (percent: number): number => api.coord([percent, dataIndex])[0] ?? 0;
          const y = api.coord([0, dataIndex])[1] ?? 0;
          const stroke = colours[dot.standing];
          const upright = (x: number, halfPx: number, style: object) => ({
            type: 'line' as const,
            shape: { x1: x, y1: y - halfPx, x2: x, y2: y + halfPx },
            style: { stroke, lineWidth: 2, ...style },
          });
          return {
            type: 'group',
            children: [
              upright(xOf(dot.bound), rowPx / 2 - 4, { stroke: colour.ink, lineDash: [3, 3], lineWidth: 1.5 }),
              {
                type: 'line',
                shape: { x1: xOf(dot.low), y1: y, x2: xOf(dot.high), y2: y },
                style: { stroke, lineWidth: 2 },
              },
              upright(xOf(dot.low), capPx, {}),
              upright(xOf(dot.high), capPx, {}),
              {
                type: 'circle',
                shape: { cx: xOf(dot.value), cy: y, r: 5 },
                style: { fill: stroke, stroke: colour.panel, lineWidth: 1.5 },
              },
            ],
          };
        },
      },
      {
        type: 'line',
        data: [],
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: colour.muted, type: 'solid', width: 1 },
          data: [{ xAxis: 0 }],
        },
      },
    ],
  };
}

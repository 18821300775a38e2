/** What each hour of the day brought, against what it usually brings. */
import type { EChartsOption, LineSeriesOption } from 'echarts';
import { axisLabel, axisLine, colour, legend, splitLine, type Width } from './drawing';

export interface HourOfDay {
  readonly hour: number;
  readonly value: number;
  /** Absent where too few earlier days tell. */
  readonly usual?: number;
}

export const twoDigitHour = (hour: number): string => String(hour).padStart(2, '0');

export function volumeOption(
  hours: readonly HourOfDay[],
  format: (value: number) => string,
  width: Width,
): EChartsOption {
  return {
    legend,
    grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category',
      data: hours.map(({ hour }) => twoDigitHour(hour)),
      axisLabel: { ...axisLabel, interval: width === 'wide' ? 0 : 3 },
      axisLine,
      axisTick: { show: false },
    },
    yAxis: { type: 'value', splitNumber: 4, axisLabel: { ...axisLabel, formatter: format }, splitLine },
    series: [
      {
        type: 'bar',
        name: 'this day',
        silent: true,
        itemStyle: { color: colour.first },
        barCategoryGap: '25%',
        data: hours.map(({ value }) => value),
      },
      ...(hours.some(({ usual }) => usual !== undefined) ? [usualOf(hours)] : []),
    ],
  };
}

function usualOf(hours: readonly HourOfDay[]): LineSeriesOption {
  return {
    type: 'line',
    name: 'usual',
    silent: true,
    step: 'middle',
    symbol: 'none',
    lineStyle: { color: colour.second, width: 2, type: 'dashed' },
    itemStyle: { color: colour.second },
    data: hours.map(({ usual }) => usual ?? '-'),
  };
}

/** A figure of one day after the other. Days without it are gaps, and days whose run left no new set live are marked. */
import type { BarSeriesOption, EChartsOption, LineSeriesOption, ScatterSeriesOption } from 'echarts';
import { axisLabel, axisLine, colour, legend, splitLine, type Width } from './drawing';

export interface HistorySeries {
  readonly name: string;
  readonly colour: string;
  /** One for each day. */
  readonly values: readonly (number | undefined)[];
  /** Lines differ by more than colour. */
  readonly line?: { readonly dash: 'solid' | 'dashed' | 'dotted'; readonly symbol: 'circle' | 'rect' | 'triangle' };
}

export interface History {
  /** `11-23`, the oldest first. */
  readonly days: readonly string[];
  readonly series: readonly HistorySeries[];
  /** For each day, whether its run left no new set live. */
  readonly failed: readonly boolean[];
  readonly format: (value: number) => string;
}

const noValue = '-';
/** A cross, as a path of ECharts. */
const cross = 'path://M0 0L10 10M10 0L0 10';

export function historyOption(history: History, width: Width): EChartsOption {
  const { days, series, failed, format } = history;
  const isBars = series.every(({ line }) => line === undefined);
  return {
    legend,
    grid: { left: 8, right: 12, top: width === 'wide' ? 34 : 68, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category',
      data: [...days],
      boundaryGap: true,
      axisLabel: { ...axisLabel, hideOverlap: true, interval: labelInterval(days.length, width) },
      axisLine,
      axisTick: { show: false },
    },
    yAxis: [
      { type: 'value', scale: !isBars, splitNumber: 4, axisLabel: { ...axisLabel, formatter: format }, splitLine },
      { type: 'value', show: false, min: 0, max: 1 },
    ],
    series: [...series.map((one) => seriesOf(one)), ...(failed.includes(true) ? [failedDays(failed)] : [])],
  };
}

function seriesOf({ name, colour: paint, values, line }: HistorySeries): LineSeriesOption | BarSeriesOption {
  const data = values.map((value) => value ?? noValue);
  if (line === undefined) {
    return { type: 'bar', name, stack: 'all', silent: true, itemStyle: { color: paint }, barMaxWidth: 28, data };
  }
  return {
    type: 'line',
    name,
    silent: true,
    symbol: line.symbol,
    symbolSize: 7,
    lineStyle: { color: paint, width: 2, type: line.dash },
    itemStyle: { color: paint },
    data,
  };
}

function failedDays(failed: readonly boolean[]): ScatterSeriesOption {
  return {
    type: 'scatter',
    name: 'left no new set live',
    yAxisIndex: 1,
    silent: true,
    symbol: cross,
    symbolSize: 9,
    symbolOffset: [0, -8],
    itemStyle: { color: 'none', borderColor: colour.bad, borderWidth: 2 },
    data: failed.map((isFailed) => (isFailed ? 0 : noValue)),
  };
}

function labelInterval(days: number, width: Width): number {
  const room = width === 'wide' ? 15 : 5;
  return Math.max(0, Math.ceil(days / room) - 1);
}

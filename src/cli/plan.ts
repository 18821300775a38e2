/** `frontpage plan`: what a portal would cost and how long its nights would be. Asks no server. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CostPlan, makePlan, type PlanRequest, Unplannable } from '../domain/costPlan';
import { type Size, sizes } from '../domain/costPlanSizes';
import { pricedRegion } from '../domain/prices';
import type { Desk } from './desk';
import { CommandFailed, exitCodes } from './exitCodes';
import { answer, type OutputOptions, withOutput } from './output';

interface PlanOptions extends OutputOptions {
  readonly readers: number;
  readonly clicksPerDay: number;
  readonly pagesPerDay?: number;
  readonly size?: Size;
  readonly region: string;
}

export function addPlan(program: Command, { terminal }: Desk): void {
  withOutput(
    program
      .command('plan')
      .description('what a portal would cost in a month, and when its nights would be over')
      .requiredOption('--readers <count>', 'readers with a list of their own, as 5M or 500k', countArgument)
      .requiredOption('--clicks-per-day <count>', 'clicks a day, as 80M', countArgument)
      .option('--pages-per-day <count>', 'pages that serving answers a day (default: as many as clicks)', countArgument)
      .addOption(new Option('--size <size>', 'default: the smallest that is meant for so much').choices([...sizes]))
      .option('--region <region>', 'AWS region', pricedRegion),
  ).action((options: PlanOptions) => {
    const { readers, clicksPerDay, pagesPerDay, size, region } = options;
    const plan = planFor({
      ...{ readers, clicksPerDay, region },
      ...(pagesPerDay === undefined ? {} : { pagesPerDay }),
      ...(size === undefined ? {} : { size }),
    });
    answer(terminal, options, plan, describePlan(plan));
  });
}

function planFor(request: PlanRequest): CostPlan {
  try {
    return makePlan(request);
  } catch (error) {
    if (error instanceof Unplannable) throw new CommandFailed(error.name, error.message, exitCodes.usage);
    throw error;
  }
}

const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

/** `5M`, `1.5M`, `500k`, `80000000`. */
export function countArgument(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([kMG]?)$/.exec(text) ?? [];
  const value = Number(digits) * (factors[unit] ?? Number.NaN);
  if (digits !== '' && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('a number above 0, such as 500k, 5M or 1.2G');
}

export function describePlan(plan: CostPlan): string[] {
  const { workload, region, designs, stages, warnings } = plan;
  const { readers, clicksPerDay, pagesPerDay, size } = workload;
  const heading = `${count(readers)} readers, ${count(clicksPerDay)} clicks and ${count(pagesPerDay)} pages a day: size ${size}, ${region}, US dollars a month`;
  const services = [...new Set(designs.flatMap(({ lines }) => lines.map(({ service }) => service)))];
  const rows = services.map((service) => [
    service,
    ...designs.map(({ lines }) => {
      const line = lines.find((each) => each.service === service);
      return line === undefined ? '-' : money(line.monthlyUsd);
    }),
  ]);
  const [ours] = designs;
  return [
    heading,
    '',
    ...table([
      ['', ...designs.map(({ name }) => name)],
      ...rows,
      ['together', ...designs.map(({ monthlyUsd }) => money(monthlyUsd))],
    ]),
    '',
    ...(ours === undefined
      ? []
      : ['Frontpage in numbers', ...ours.lines.map(({ service, what }) => `  ${service}: ${what}`), '']),
    'a night',
    ...table(
      [
        ...stages.map(({ stage, seconds, from }) => [`  ${stage}`, seconds === null ? '?' : duration(seconds), from]),
        ['  together', duration(plan.totalSeconds), ''],
      ],
      [0, 2],
    ),
    '',
    ...section('beware', warnings),
    ...section('taken for granted', plan.assumptions),
    ...section('left out', plan.leftOut),
    'prices: src/domain/prices.ts',
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ''];
}

/** Columns of words are aligned to the left, columns of figures to the right. */
function table(rows: readonly (readonly string[])[], words: readonly number[] = [0]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return words.includes(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

const money = (usd: number): string => Math.round(usd).toLocaleString('en-US');

function count(value: number): string {
  for (const [unit, factor] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (value >= factor) return `${Number((value / factor).toPrecision(3))}${unit}`;
  }
  return String(value);
}

/** For humans. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

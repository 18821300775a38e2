/**
 * Five cron fields as an operator writes them, and the numbers that they stand for. Read as Temporal's schedules read them:
 * a time must match every field, also where day of month and day of week are both given.
 */

export interface CronFields {
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly dayOfMonth: readonly number[];
  readonly month: readonly number[];
  /** 0 is Sunday. */
  readonly dayOfWeek: readonly number[];
}

export class InvalidCron extends Error {
  override readonly name = 'InvalidCron';
}

interface FieldRule {
  readonly low: number;
  readonly high: number;
  /** The first one stands for `low`. */
  readonly names?: readonly string[];
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const rules: Readonly<Record<keyof CronFields, FieldRule>> = {
  minute: { low: 0, high: 59 },
  hour: { low: 0, high: 23 },
  dayOfMonth: { low: 1, high: 31 },
  month: { low: 1, high: 12, names: monthNames },
  dayOfWeek: { low: 0, high: 6, names: dayNames },
};

/** Throws `InvalidCron`, which names the field. */
export function parseCron(text: string): CronFields {
  const parts = text.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = parts;
  if (
    parts.length !== 5 ||
    minute === undefined ||
    hour === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined
  ) {
    throw new InvalidCron('needs five fields, for example "30 0 * * *"');
  }
  return {
    minute: parseField('minute', minute),
    hour: parseField('hour', hour),
    dayOfMonth: parseField('dayOfMonth', dayOfMonth),
    month: parseField('month', month),
    dayOfWeek: parseField('dayOfWeek', dayOfWeek),
  };
}

function parseField(name: keyof CronFields, text: string): readonly number[] {
  const { low, high } = rules[name];
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last, step] = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/i.exec(part) ?? [];
    if (first === undefined || (first === '*' && last !== undefined) || step === '0') throw unreadable(name, part);
    const from = first === '*' ? low : numberOf(name, first, part);
    // A step without a range goes on to the end of the field.
    const alone = step === undefined && first !== '*' ? from : high;
    const to = last === undefined ? alone : numberOf(name, last, part);
    if (to < from) throw unreadable(name, part);
    for (let value = from; value <= to; value += Number(step ?? 1)) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

function numberOf(name: keyof CronFields, text: string, part: string): number {
  const { low, high, names = [] } = rules[name];
  const named = names.indexOf(text.toLowerCase());
  const value = named >= 0 ? named + low : Number(text);
  if (!Number.isInteger(value) || value < low || value > high) throw unreadable(name, part);
  return value;
}

function unreadable(name: keyof CronFields, part: string): InvalidCron {
  const { low, high } = rules[name];
  return new InvalidCron(`has '${part}' as ${name}, which is no number, list, range or step from ${low} to ${high}`);
}

/** The same fields in one way of writing, whoever wrote them: what is full is `*`, everything else a list of numbers. */
export function describeCron(fields: CronFields): string {
  return [
    describeField('minute', fields.minute),
    describeField('hour', fields.hour),
    describeField('dayOfMonth', fields.dayOfMonth),
    describeField('month', fields.month),
    describeField('dayOfWeek', fields.dayOfWeek),
  ].join(' ');
}

function describeField(name: keyof CronFields, values: readonly number[]): string {
  const { low, high } = rules[name];
  return new Set(values).size === high - low + 1 ? '*' : values.join(',');
}

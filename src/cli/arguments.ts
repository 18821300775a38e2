/** Arguments of commands, checked as they are read. A bad one is a usage error that names the argument. */
import { InvalidArgumentError } from 'commander';
import { isId } from '../domain/click';
import { InvalidRunDate, parseRunDate, type RunDate } from '../domain/runDate';

export const runDateHelp = 'run date, YYYY-MM-DD, UTC';
export const optionalRunDateHelp = `${runDateHelp} (default: the last complete day)`;

export function runDateArgument(text: string): RunDate {
  try {
    return parseRunDate(text);
  } catch (error) {
    if (error instanceof InvalidRunDate) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

export function userIdArgument(text: string): string {
  if (isId(text)) return text;
  throw new InvalidArgumentError('no reader has such an id: 1 to 64 letters, digits, or _ . : -');
}

export function wholeNumber(from: number, to: number, why = ''): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`a whole number from ${from} to ${to}${why}`);
  };
}

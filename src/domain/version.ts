/** Versions of a recommendation set: `D.NN`, run date and attempt, sortable as text. */
import { parseRunDate, type RunDate } from './runDate';

const maxAttempt = 99;

/** The version that training attempt `attempt` (1 to 99) of a run makes. */
export function versionOf(runDate: RunDate, attempt: number): string {
  if (!Number.isInteger(attempt) || attempt < 1 || attempt > maxAttempt) {
    throw new RangeError(`attempt ${attempt} is outside 1 to ${maxAttempt} [runDate=${runDate}]`);
  }
  return `${runDate}.${String(attempt).padStart(2, '0')}`;
}

/** The run date of a version. Throws for text that is no version. */
export function runDateOfVersion(version: string): RunDate {
  const match = /^(\d{4}-\d{2}-\d{2})\.\d{2}$/.exec(version);
  if (!match?.[1]) throw new RangeError(`'${version}' is not a version: expected YYYY-MM-DD.NN`);
  return parseRunDate(match[1]);
}

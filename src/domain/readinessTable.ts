/** The hours of a day as operators see them while a run waits for it. */
import type { HourView } from './readiness';

const hoursInColumn = 12;

/** Twelve lines of two hours each: objects, bytes and state. */
export function readinessTable(hours: readonly HourView[]): string[] {
  const head = `${'hour'.padEnd(6)}${'objects'.padStart(8)}${'size'.padStart(10)}  ${'state'.padEnd(12)}`;
  const rows = Array.from({ length: hoursInColumn }, (_, row) =>
    [hours[row], hours[row + hoursInColumn]].map(cell).join('  ').trimEnd(),
  );
  return [`${head}  ${head}`.trimEnd(), ...rows];
}

function cell(view: HourView | undefined): string {
  if (view === undefined) return '';
  const { hour, objects, sizeBytes, state } = view;
  return [
    String(hour).padStart(2, '0').padEnd(6),
    String(objects).padStart(8),
    describeBytes(sizeBytes).padStart(10),
    `  ${state.padEnd(12)}`,
  ].join('');
}

/** In the largest unit that leaves at least one: `1.4 MB`. */
export function describeBytes(sizeBytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, sizeBytes < 1 ? 0 : Math.floor(Math.log10(sizeBytes) / 3));
  const value = sizeBytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

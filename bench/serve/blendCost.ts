/** What one blend costs, alone: of what serving blends in this bench. Prints one JSON object. */
import { blend } from '../../src/domain/blend';
import { personalList } from './dataset';
import { doorListOf, nextOf, popularOf, visitsOfReaders, weights } from './freshDataset';

const calls = 2000;
const repeats = 15;

/** CPU microseconds of a call: the middle of some repeats, so that neither the start nor a pause counts. */
function microsOf(visits: readonly (readonly string[])[]): number {
  const inputs = visits.map((visit, index) => ({
    limit: 10,
    popular: popularOf(index),
    personal: personalList(`r${index}`, 'v'),
    visit,
    next: nextOf(visit),
    ...doorListOf(visit),
    excluded: new Set(visit),
  }));
  const micros = Array.from({ length: repeats }, () => {
    const before = process.cpuUsage();
    for (let call = 0; call < calls; call++) {
      const input = inputs[call % inputs.length];
      if (input !== undefined && blend(input, weights).length === 0) throw new Error('a blend of nothing');
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  });
  return micros.toSorted((a, b) => a - b)[Math.floor(repeats / 2)] ?? 0;
}

const isFirst = (visit: readonly string[]): boolean => visit.length === 0;
console.log(
  JSON.stringify({
    first: microsOf(visitsOfReaders.filter(isFirst)),
    next: microsOf(visitsOfReaders.filter((visit) => !isFirst(visit))),
  }),
);

/** A few thousand wrong inputs of the many that `npm run fuzz` makes, and those that once broke something. */
import { readModelManifest } from '../../src/activities/modelArtefact';
import { ByteReader, ByteWriter } from '../../src/domain/freshBytes';
import { modelPrefix } from '../../src/domain/keys';
import { lakeClickOf, valuesOfLine } from '../../src/domain/lakeLine';
import { parseRunDate } from '../../src/domain/runDate';
import { createMemoryLake } from '../support/memoryLake';
import { fuzz } from './fuzz/fuzz';
import { parserTargets } from './fuzz/parsers';
import { serverTargets } from './fuzz/servers';
import type { Target } from './fuzz/target';

const seed = 2026;
const maxGrownMegabytes = 512;

async function allTargets(): Promise<Target[]> {
  return [...parserTargets, ...(await serverTargets())];
}

describe('wrong inputs', () => {
  it('are answered as the documents say: no crash, no hang, no unhandled rejection, no growing memory', async () => {
    const result = await fuzz({ inputs: 4000, seed, targets: await allTargets() });
    expect(result.failures).toEqual([]);
    expect(result.inputs).toBe(4000);
    expect(Object.values(result.byTarget).every((count) => count > 10)).toBe(true);
    expect(Object.keys(result.byTarget)).toHaveLength(parserTargets.length + 12);
    expect(result.grownMegabytes).toBeLessThan(maxGrownMegabytes);
  });
});

describe('an input that once broke something', () => {
  it('a manifest of a model with a file that is not of the model', async () => {
    const lake = createMemoryLake();
    const runDate = parseRunDate('2026-11-23');
    const [version, jobName] = ['2026-11-23.01', 'job'];
    for (const path of ['..', '../other/part-00000.json.gz', 'recommendations/../../x']) {
      const files = [{ path, kind: 'shard', sizeBytes: 1, sha256: '0'.repeat(64) }];
      const manifest = { schema: 1, runDate, version, items: 1, readers: 1, files };
      await lake.put(`${modelPrefix(jobName)}manifest.json`, JSON.stringify(manifest));
      await expect(readModelManifest(lake, { runDate, version, jobName })).rejects.toThrow('leads out of the model');
    }
  });

  it('a click of the lake whose time is an object that cannot be made a text', () => {
    const line = '{"user_id":"r1","article_id":"a1","occurred_at":{"toString":1}}';
    expect(valuesOfLine(line)?.map(lakeClickOf)).toEqual([undefined]);
  });

  it('a number without end in a fresh state, which would have been written again for ever', () => {
    for (const digits of [8, 200]) {
      const bytes = Buffer.concat([Buffer.alloc(digits, 0xff), Buffer.from([1])]);
      expect(() => new ByteReader(bytes).whole()).toThrow('a number is longer than any that is written');
    }
    const writer = new ByteWriter();
    writer.whole(Number.MAX_SAFE_INTEGER);
    expect(new ByteReader(writer.finished()).whole()).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('the fuzzer', () => {
  const one = (run: Target['run']): Promise<string> =>
    fuzz({ inputs: 1, seed, targets: [{ name: 'one', share: 1, run }] }).then(({ failures }) => failures.join('\n'));

  it('sees what is thrown at once and later', async () => {
    const thrown = one(() => {
      throw new TypeError('at once');
    });
    expect(await thrown).toContain('input 0, one: TypeError: at once');
    expect(await one(() => Promise.reject(new TypeError('later')))).toContain('TypeError: later');
    expect(await one(() => undefined)).toBe('');
  });

  it('makes the same inputs of the same seed', async () => {
    const seen = async (): Promise<string[]> => {
      const texts: string[] = [];
      const run: Target['run'] = (inputs) => void texts.push(JSON.stringify(inputs.value()));
      await fuzz({ inputs: 50, seed, targets: [{ name: 'one', share: 1, run }] });
      return texts;
    };
    const first = await seen();
    expect(await seen()).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(30);
  });
});

/** The activity that writes the report: what lands in the lake, what it is read against, and that nothing of that can fail a run. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createWriteReport } from '../../src/activities/writeReport';
import type { ObjectStore } from '../../src/clients/objectStore';
import { TrainingServiceUnavailable } from '../../src/clients/trainingService';
import type { RunReport } from '../../src/contract';
import { clicksHourPrefix, ledgerKey, reportKey, reportPageKey } from '../../src/domain/keys';
import { addDays, type RunDate } from '../../src/domain/runDate';
import { FakeTrainingService, jobState } from '../support/fakeTrainingService';
import { createMemoryLake, type MemoryLake } from '../support/memoryLake';
import { failed, published, reportDate, summary } from '../support/reports';

const askedAtMs = published.endedAtMs + 250;

interface House {
  readonly lake: MemoryLake;
  readonly trainingService: FakeTrainingService;
  readonly write: (report: RunReport) => Promise<unknown>;
  readonly json: () => unknown;
  readonly page: () => string;
  /** What the worker's log says. */
  readonly logged: string[];
}

function house(lakeOver: (lake: MemoryLake) => ObjectStore = (lake) => lake): House {
  const lake = createMemoryLake();
  const trainingService = new FakeTrainingService();
  const logged: string[] = [];
  const logger = new DefaultLogger('WARN', ({ level, message }) => logged.push(`${level} ${message}`));
  const write = createWriteReport({
    lake: lakeOver(lake),
    trainingService,
    alerts: { notifiers: [], runbookUrl: 'https://example.org/runbook.md' },
  });
  return {
    lake,
    trainingService,
    write: (report) => new MockActivityEnvironment({ scheduledTimestampMs: askedAtMs }, { logger }).run(write, report),
    json: () => JSON.parse(lake.objects.get(reportKey(reportDate))?.toString() ?? 'null'),
    page: () => lake.objects.get(reportPageKey(reportDate))?.toString() ?? '',
    logged,
  };
}

/** A whole day of clicks that collectors acknowledged. */
async function putDay(lake: MemoryLake, day: RunDate, clicksOfHour: number): Promise<void> {
  for (let hour = 0; hour < 24; hour++) {
    await lake.put(`${clicksHourPrefix(day, hour)}a.gz`, 'x'.repeat(100));
    await lake.put(ledgerKey(day, hour, 'web1-3f9a1c2e'), JSON.stringify({ schema: 1, count: clicksOfHour }));
  }
}

const ofDay = (day: RunDate, version: string): string =>
  JSON.stringify({ ...published, runDate: day, summary: { ...summary, runDate: day, version } });

describe('writeReport', () => {
  it('writes the report as it came, with hours and times of jobs added, and a page beside it', async () => {
    const { lake, trainingService, write, json, page } = house();
    await putDay(lake, reportDate, 1000);
    for (const weeks of [1, 2]) await putDay(lake, addDays(reportDate, -7 * weeks), 800);
    trainingService.states = [jobState('Completed', ['Starting', 'Training', 'Completed'], {}, 1_000_000)];
    expect(await write(published)).toEqual({
      uri: `s3://lake/${reportKey(reportDate)}`,
      pageUri: `s3://lake/${reportPageKey(reportDate)}`,
    });
    expect(json()).toMatchObject(JSON.parse(JSON.stringify({ ...published, endedAtMs: askedAtMs })));
    expect(json()).toMatchObject({
      volume: {
        hours: expect.arrayContaining([{ hour: 7, objects: 1, sizeBytes: 100, clicks: 1000 }]),
        usual: { weekdays: 2 },
      },
      jobs: [
        {
          jobName: summary.trainingAttempts[0]?.jobName,
          spans: [
            { state: 'waiting', startMs: 1_000_000, endMs: 1_010_000 },
            { state: 'training', startMs: 1_010_000, endMs: 1_020_000 },
          ],
        },
        { jobName: summary.trainingAttempts[1]?.jobName },
      ],
    });
    expect(page()).toContain('<!doctype html>');
    expect(page()).toContain('125.0 %');
  });

  it('writes to the same keys when it is tried again', async () => {
    const { lake, write, page } = house();
    await write(published);
    const [keys, first] = [[...lake.objects.keys()], page()];
    await write(published);
    expect([...lake.objects.keys()]).toEqual(keys);
    expect(page()).toBe(first);
  });

  it('compares with what each earlier day left behind, its last generation that made a set', async () => {
    const { lake, write, page } = house();
    const [yesterday, before] = [addDays(reportDate, -1), addDays(reportDate, -2)];
    await lake.put(reportKey(yesterday), ofDay(yesterday, `${yesterday}.01`));
    await lake.put(reportKey(yesterday, 2), JSON.stringify({ ...failed, runDate: yesterday, generation: 2 }));
    await lake.put(reportKey(before), JSON.stringify({ ...failed, runDate: before, failureType: 'DataRejected' }));
    await write(published);
    expect(page()).toContain('2026-11-22 and 2026-11-23');
    expect(page()).toContain('failed: DataRejected');
    expect(page()).toContain('Days without a report: 2026-10-25 to 2026-11-20.');
  });

  it('names an earlier report that it cannot read, and goes on', async () => {
    const { lake, write, page } = house();
    await lake.put(reportKey(addDays(reportDate, -1)), '{"torn');
    await lake.put(reportKey(addDays(reportDate, -2)), '{"outcome":"published"}');
    await write(published);
    expect(page()).toMatch(/The report of 2026-11-22 could not be read: SyntaxError/);
    expect(page()).toContain(
      'The report of 2026-11-21 could not be read: it is not of the form of a report [uri=s3://lake/reports/dt=2026-11-21/run.json]',
    );
  });

  it('reads reports of the first release, which had neither money nor a champion', async () => {
    const { lake, write, page } = house();
    const yesterday = addDays(reportDate, -1);
    const { version, clicks, readers, articles, itemsLoaded, stages, trainingAttempts } = summary;
    const { candidate, popular, priorWeight } = summary.quality;
    const first = {
      runDate: yesterday,
      outcome: 'published',
      summary: {
        ...{ runDate: yesterday, version, clicks, readers, articles, itemsLoaded, stages, trainingAttempts },
        ledger: null,
        gate: { accepted: true, checks: [], personalGain: 0.1 },
        quality: { candidate, popular, priorWeight },
      },
    };
    await lake.put(reportKey(yesterday), JSON.stringify(first));
    await write(published);
    expect(page()).toContain('2026-11-22 and 2026-11-23');
    expect(page()).not.toContain('could not be read');
  });

  it('says what it does not know when the training service and the hours of the day cannot be asked', async () => {
    const { trainingService, write, json, page, logged } = house((lake) => ({
      ...lake,
      list: async (prefix) => {
        if (prefix.startsWith('clicks/')) throw new Error('access denied');
        return lake.list(prefix);
      },
    }));
    trainingService.states = [new TrainingServiceUnavailable('busy')];
    await write(published);
    expect(json()).toMatchObject({
      volume: { notKnown: 'Error: access denied' },
      jobs: [{ spans: { notKnown: 'TrainingServiceUnavailable: busy' } }, {}],
    });
    expect(page()).toContain('The hours of the day are not known: Error: access denied');
    expect(logged).toContain('WARN the hours of the day are not in the report');
  });

  it('writes a plain page when a report cannot be drawn, since the run itself has not failed', async () => {
    const { write, page, logged } = house();
    const torn: RunReport = JSON.parse(JSON.stringify({ ...published, summary: { ...summary, clicks: undefined } }));
    expect(await write(torn)).toHaveProperty('pageUri');
    expect(page()).toContain('Its page could not be drawn: TypeError');
    expect(page()).toContain('412903');
    expect(logged).toContain('ERROR the page of the report could not be drawn; a plain one stands in');
  });

  it('fails, to be tried again, when the lake takes no report', async () => {
    const { write } = house((lake) => ({ ...lake, put: () => Promise.reject(new Error('slow down')) }));
    await expect(write(published)).rejects.toThrow('slow down');
  });
});

/** The operator's page over HTTP. In a browser, and over a whole pipeline: browser.test.ts, wholePath.test.ts. */
import { ApplicationFailure } from '@temporalio/common';
import { loadOperatorConfig, loadServingConfig } from '../../src/config';
import { reportPageKey } from '../../src/domain/keys';
import type { OperatorSources } from '../../src/operator/sources';
import type { Operator, OperatorOptions } from '../../src/operator/startOperator';
import { collectorMetrics, FakePipeline, key, runDate, startOperatorOf } from './operatorFixture';

const open: Operator[] = [];

async function start(options: Partial<OperatorOptions> = {}, more: Partial<OperatorSources> = {}) {
  const pipeline = new FakePipeline();
  const operator = await startOperatorOf(Object.assign(pipeline, more), options);
  open.push(operator);
  const get = (path: string, headers: Record<string, string> = {}) => fetch(operator.url + path, { headers });
  const text = async (path = '/'): Promise<string> => (await get(path)).text();
  const order = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${operator.url}/rollback`, { method: 'POST', body: new URLSearchParams(form), headers });
  return { pipeline, get, text, order };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((operator) => operator.close()));
});

describe("the operator's page", () => {
  it('shows the newest run: its stages, its training, and where Temporal shows it', async () => {
    const { text } = await start();
    const page = await text();
    expect(page).toContain('Run of 2026-11-23');
    expect(page).toMatch(/waiting for clicks<\/span> <span class="took">90\.0 s/);
    expect(page).toMatch(/aria-current="step"><span>training/);
    expect(page).toContain('1 interruption, phase tune, 3 of 45 iterations');
    expect(page).toContain('http://127.0.0.1:8233/namespaces/default/workflows/frontpage-daily-2026-11-23');
  });

  it('shows the clicks of each hour, by what collectors acknowledged', async () => {
    const { pipeline, text } = await start();
    await pipeline.deliver(6, 120);
    await pipeline.deliver(7, 340);
    const page = await text();
    expect(page).toContain('2 of 24 hours have objects in the lake, 460 clicks acknowledged by collectors.');
    expect(page).toContain('<title>07:00: 340 clicks</title>');
  });

  it('shows what the collector and serving tell of themselves', async () => {
    const { text } = await start(
      {},
      {
        collectorMetrics: async () =>
          collectorMetrics({
            spool_undelivered_clicks: 17,
            spool_oldest_undelivered_seconds: 3.6,
            requests_unavailable_total: 2,
          }),
        servingMetrics: async () => 'something else',
      },
    );
    const page = await text();
    for (const figure of ['5,321', '17', '4 s', '3.0 MB', '2']) expect(page).toContain(`<dd>${figure}</dd>`);
    expect(page).toContain('Not to be had: there is no figure frontpage_serving_degraded_total');
  });

  it('shows what it can while Temporal does not answer, and says what it cannot', async () => {
    const { pipeline, text } = await start();
    pipeline.temporalFails = new Error('no connection <established>');
    const page = await text();
    expect(page).toContain('Not to be had: no connection &#60;established&#62;');
    expect(page).toContain('Live: <strong>2026-11-23.01</strong>');
  });

  it('sends the part that changes alone, as its script asks for it', async () => {
    const { text } = await start();
    const part = await text('/live');
    expect(part).not.toContain('<html');
    expect(await text()).toContain(part.trim());
  });

  it('shows another day when asked, and refuses what is no day', async () => {
    const { get, text } = await start();
    expect(await text('/?date=2026-11-20')).toContain('Run of 2026-11-20');
    const refused = await get('/?date=2026-02-30');
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('is not a day')]);
  });

  it('shows the last report as the run wrote it, with a policy that lets nothing in it run', async () => {
    const { pipeline, get, text } = await start();
    expect(await text()).toContain('No run has written a report yet.');
    expect((await get(`/reports/${runDate}`)).status).toBe(404);
    await pipeline.lake.put(reportPageKey(runDate), 'first generation');
    await pipeline.lake.put(reportPageKey(runDate, 2), 'second generation');
    const report = await get(`/reports/${runDate}`);
    expect(await report.text()).toBe('second generation');
    expect(report.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

describe('a rollback by the page', () => {
  const form = { version: '2026-11-22.01', reason: 'lists were stale', key };

  it('takes readers back, with the reason that was given', async () => {
    const { pipeline, text, order } = await start();
    expect(await text()).toContain('href="/rollback?version=2026-11-22.01"');
    expect(await text('/rollback?version=2026-11-22.01')).toContain('Readers are served version 2026-11-23.01 now.');
    const answer = await order(form);
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringContaining('Live: 2026-11-22.01 (was 2026-11-23.01).'),
    ]);
    expect(pipeline.ordered).toEqual([{ version: '2026-11-22.01', reason: 'lists were stale' }]);
  });

  it('is seen at once, also by who looked just before it', async () => {
    const { text, order } = await start();
    expect(await text()).toContain('Live: <strong>2026-11-23.01</strong>');
    await order(form);
    expect(await text()).toContain('Live: <strong>2026-11-22.01</strong>');
  });

  it.each([
    ['without the key', { key: '' }, 403, 'The key is wrong.'],
    ['with a wrong key', { key: `${key}!` }, 403, 'The key is wrong.'],
    ['without a reason', { reason: '  ' }, 400, 'The reason must have 1 to 200 characters.'],
    ['to what is no version', { version: '../live' }, 400, 'is not a version'],
  ])('is refused %s', async (_how, change, status, says) => {
    const { pipeline, order } = await start();
    const answer = await order({ ...form, ...change });
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(says)]);
    expect(pipeline.ordered).toEqual([]);
  });

  it('is refused when a page of another site sends it', async () => {
    const { pipeline, order } = await start();
    expect((await order(form, { 'sec-fetch-site': 'cross-site' })).status).toBe(400);
    expect(pipeline.ordered).toEqual([]);
  });

  it('never gives the key back, and keeps the reason in the form', async () => {
    const { order } = await start();
    const answer = await (await order({ ...form, key: 'wrong key of mine', reason: 'because of "this"' })).text();
    expect(answer).not.toContain('wrong key of mine');
    expect(answer).toContain('value="because of &#34;this&#34;"');
  });

  it('says why it failed', async () => {
    const { pipeline, order } = await start();
    pipeline.temporalFails = ApplicationFailure.create({ type: 'VersionNotKept', message: 'version is being removed' });
    const answer = await order(form);
    expect([answer.status, await answer.text()]).toEqual([
      502,
      expect.stringContaining('The rollback failed: VersionNotKept: version is being removed'),
    ]);
  });

  it('cannot be ordered at all when the program has no key', async () => {
    const pipeline = new FakePipeline();
    const operator = await startOperatorOf(pipeline, { withoutKey: true });
    open.push(operator);
    const page = await (await fetch(operator.url)).text();
    expect(page).toContain('started without OPERATOR_KEY');
    expect(page).not.toContain('href="/rollback');
    const body = new URLSearchParams({ ...form, key: '' });
    expect((await fetch(`${operator.url}/rollback`, { method: 'POST', body })).status).toBe(403);
    expect(pipeline.ordered).toEqual([]);
  });
});

describe('beyond this machine', () => {
  const aws = { AWS_REGION: 'eu-west-1', FRONTPAGE_BUCKET: 'lake', FRONTPAGE_TABLE: 'lists' };

  it('the page does not start without a key, and needs it for every look', () => {
    expect(() => loadOperatorConfig({ ...aws, OPERATOR_HOST: '0.0.0.0' })).toThrow('OPERATOR_KEY is missing');
    expect(loadOperatorConfig({ ...aws, OPERATOR_HOST: '0.0.0.0', OPERATOR_KEY: key }).guardPages).toBe(true);
    expect(loadOperatorConfig({ ...aws, OPERATOR_KEY: key }).guardPages).toBe(false);
  });

  it('a guarded page opens to the key alone', async () => {
    const { get } = await start({ guardPages: true });
    expect((await get('/')).status).toBe(401);
    const authorization = `Basic ${Buffer.from(`operator:${key}`).toString('base64')}`;
    expect((await get('/', { authorization })).status).toBe(200);
  });

  it('the portal needs a catalogue and a collector, both or neither', () => {
    const portal = { SERVING_PORTAL_CATALOGUE: 'c.json', SERVING_PORTAL_COLLECTOR_URL: 'http://c/v1/clicks' };
    expect(loadServingConfig({ ...aws, ...portal }).portal).toEqual({
      catalogue: 'c.json',
      collectorUrl: 'http://c/v1/clicks',
    });
    expect(loadServingConfig(aws).portal).toBeUndefined();
    for (const one of Object.keys(portal)) {
      expect(() => loadServingConfig({ ...aws, ...portal, [one]: undefined })).toThrow(`${one} is missing`);
    }
  });
});

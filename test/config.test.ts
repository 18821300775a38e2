import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigError,
  loadCollectorConfig,
  loadFreshSettings,
  loadPipelineSettings,
  loadScheduleConfig,
  loadServingConfig,
  loadWorkerConfig,
} from '../src/config';
import { defaultFreshSettings } from '../src/domain/freshSettings';
import { defaultGate, wholeGateSettings } from '../src/domain/gateSettings';
import { defaultReadiness } from '../src/domain/readinessSettings';

const worker = {
  AWS_REGION: 'eu-west-1',
  FRONTPAGE_BUCKET: 'lake',
  FRONTPAGE_TABLE: 'lists',
  FRONTPAGE_STREAM: 'clicks',
  FRONTPAGE_TRAINING_ROLE_ARN: 'arn:aws:iam::123456789012:role/training',
  FRONTPAGE_TRAINING_IMAGE: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/trainer:1',
};

describe('the configuration', () => {
  it('takes AWS as it is when no endpoint is given', () => {
    expect(loadWorkerConfig(worker).aws.S3).toEqual({ region: 'eu-west-1' });
  });

  it('prefers the endpoint of a service over the common one', () => {
    const { aws } = loadWorkerConfig({
      ...worker,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_SAGEMAKER: 'http://127.0.0.1:2',
    });
    expect(aws.S3.endpoint).toBe('http://127.0.0.1:1');
    expect(aws.SAGEMAKER.endpoint).toBe('http://127.0.0.1:2');
  });

  it('gives the collector its limits, lists and sizes as it needs them', () => {
    const collector = loadCollectorConfig({
      ...worker,
      COLLECTOR_SPOOL_DIR: '/var/spool/frontpage',
      COLLECTOR_SPOOL_MAX_MB: '2',
      COLLECTOR_ALLOWED_ORIGINS: 'https://a.example,http://localhost:3000',
      COLLECTOR_TRUST_PROXY: '10.0.0.0/8, 127.0.0.1',
    });
    expect(collector).toMatchObject({
      spoolDir: '/var/spool/frontpage',
      spoolMaxBytes: 2_097_152,
      drainSeconds: 10,
      eventTime: { policy: 'reject', maxFutureSeconds: 300, maxAgeHours: 48 },
      admission: { allowedOrigins: ['https://a.example', 'http://localhost:3000'], requestsPerMinute: 3000 },
      trustProxy: '10.0.0.0/8, 127.0.0.1',
    });
    expect(
      loadCollectorConfig({ ...worker, COLLECTOR_SPOOL_DIR: '/var/spool', COLLECTOR_TRUST_PROXY: 'true' }).trustProxy,
    ).toBe(true);
  });

  it('gives serving its budget, and the articles that it serves when nothing else is known', () => {
    expect(loadServingConfig(worker)).toMatchObject({ budgetMs: 50, pointerCacheSeconds: 5, staticArticles: [] });
    const serving = loadServingConfig({ ...worker, SERVING_BUDGET_MS: '80', SERVING_STATIC_ARTICLES: 'a1,a2' });
    expect(serving).toMatchObject({ budgetMs: 80, staticArticles: ['a1', 'a2'] });
  });

  it('tells metrics and takes part in a deployment only when it is asked to', () => {
    expect(loadWorkerConfig(worker)).not.toHaveProperty('metricsAddress');
    expect(loadWorkerConfig(worker)).not.toHaveProperty('deployment');
    const asked = loadWorkerConfig({
      ...worker,
      FRONTPAGE_METRICS_ADDRESS: '127.0.0.1:9464',
      FRONTPAGE_WORKER_DEPLOYMENT: 'frontpage',
      FRONTPAGE_WORKER_BUILD_ID: '0.4.0',
    });
    expect(asked).toMatchObject({
      metricsAddress: '127.0.0.1:9464',
      deployment: { name: 'frontpage', buildId: '0.4.0' },
    });
    const half = { ...worker, FRONTPAGE_WORKER_BUILD_ID: '0.4.0' };
    expect(() => loadWorkerConfig(half)).toThrow('FRONTPAGE_WORKER_DEPLOYMENT is missing');
    expect(() => loadWorkerConfig({ ...worker, FRONTPAGE_METRICS_ADDRESS: '9464' })).toThrow(
      'FRONTPAGE_METRICS_ADDRESS: needs an address and a port',
    );
  });

  it('lets serving tell how it serves only when it is asked to', () => {
    expect(loadServingConfig(worker)).not.toHaveProperty('report');
    const serving = loadServingConfig({ ...worker, SERVING_REPORT_SECONDS: '30' });
    expect(serving.report).toEqual({ everySeconds: 30, aws: { region: 'eu-west-1' } });
    expect(() => loadServingConfig({ ...worker, SERVING_REPORT_SECONDS: '90' })).toThrow('SERVING_REPORT_SECONDS');
  });

  it.each<[string, () => unknown, string]>([
    [
      'a missing bucket',
      () => loadWorkerConfig({ ...worker, FRONTPAGE_BUCKET: undefined }),
      'FRONTPAGE_BUCKET is missing',
    ],
    [
      'a role that is none',
      () => loadWorkerConfig({ ...worker, FRONTPAGE_TRAINING_ROLE_ARN: 'me' }),
      'FRONTPAGE_TRAINING_ROLE_ARN: is not the ARN',
    ],
    ['a missing region', () => loadWorkerConfig({ ...worker, AWS_REGION: undefined }), 'AWS_REGION is missing'],
    [
      'an endpoint that is no URL',
      () => loadWorkerConfig({ ...worker, AWS_ENDPOINT_URL_S3: 'here' }),
      'AWS_ENDPOINT_URL_S3',
    ],
    ['a port out of range', () => loadCollectorConfig({ ...worker, COLLECTOR_PORT: '70000' }), 'COLLECTOR_PORT'],
    ['a collector id with a space', () => loadCollectorConfig({ ...worker, COLLECTOR_ID: 'a b' }), 'COLLECTOR_ID'],
    ['no folder for the spool', () => loadCollectorConfig(worker), 'COLLECTOR_SPOOL_DIR is missing'],
    [
      'a policy for event times that is none',
      () => loadCollectorConfig({ ...worker, COLLECTOR_EVENT_TIME: 'ignore' }),
      'COLLECTOR_EVENT_TIME',
    ],
    [
      'an origin with a path',
      () => loadCollectorConfig({ ...worker, COLLECTOR_ALLOWED_ORIGINS: 'https://a.example/news' }),
      'COLLECTOR_ALLOWED_ORIGINS: needs origins like',
    ],
    [
      'a trusted proxy that is no address',
      () => loadCollectorConfig({ ...worker, COLLECTOR_TRUST_PROXY: '2' }),
      'COLLECTOR_TRUST_PROXY: needs true, false, or addresses',
    ],
    [
      'a time zone that is none',
      () => loadScheduleConfig({ FRONTPAGE_SCHEDULE_TIME_ZONE: 'Mars/Base' }),
      'FRONTPAGE_SCHEDULE_TIME_ZONE',
    ],
    [
      'a cron line with four fields',
      () => loadScheduleConfig({ FRONTPAGE_SCHEDULE_CRON: '1 2 3 4' }),
      'FRONTPAGE_SCHEDULE_CRON',
    ],
    [
      'serving beyond this machine without a key',
      () => loadServingConfig({ ...worker, SERVING_HOST: '0.0.0.0' }),
      'SERVING_API_KEY is missing',
    ],
    ['a key that is too short', () => loadServingConfig({ ...worker, SERVING_API_KEY: 'abc' }), 'SERVING_API_KEY'],
    [
      'a live version that is known for longer than browsers keep an answer',
      () => loadServingConfig({ ...worker, SERVING_POINTER_CACHE_SECONDS: '31' }),
      'SERVING_POINTER_CACHE_SECONDS',
    ],
    ['a budget of nothing', () => loadServingConfig({ ...worker, SERVING_BUDGET_MS: '0' }), 'SERVING_BUDGET_MS'],
    [
      'static articles that are no ids',
      () => loadServingConfig({ ...worker, SERVING_STATIC_ARTICLES: 'a1, a2' }),
      'SERVING_STATIC_ARTICLES: needs article ids',
    ],
  ])('refuses %s, naming the variable', (_what, load, message) => {
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(message);
  });
});

describe('the pipeline settings', () => {
  const file = (content: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'frontpage-settings-')), 'settings.json');
    writeFileSync(path, content);
    return path;
  };

  it('keep their defaults where the file says nothing', () => {
    const settings = loadPipelineSettings({ FRONTPAGE_SETTINGS: file('{"readiness":{"lookSeconds":5}}') });
    expect(settings.readiness).toEqual({ ...defaultReadiness, lookSeconds: 5 });
    expect(settings.ladder.map(({ market }) => market)).toEqual(['spot', 'on-demand']);
  });

  it('keep the defaults of the gate and its guards where the file says nothing', () => {
    const given = { gate: { minReadersShare: 0.9, guards: { freshHours: 24 } } };
    const settings = loadPipelineSettings({ FRONTPAGE_SETTINGS: file(JSON.stringify(given)) });
    expect(loadPipelineSettings({}).gate).toEqual(defaultGate);
    expect(settings.gate).toEqual(wholeGateSettings(given.gate));
    expect(settings.gate.guards).toEqual({ ...defaultGate.guards, freshHours: 24 });
  });

  it('tell the fresh loop how often to beat, and leave the rest of what it remembers as it is', () => {
    const given = { fresh: { everyMinutes: 2, maxNextLists: 500 } };
    expect(loadFreshSettings({ FRONTPAGE_SETTINGS: file(JSON.stringify(given)) })).toEqual({
      everyMinutes: 2,
      keepMinutes: 180,
      lists: { ...defaultFreshSettings, maxNextLists: 500 },
    });
  });

  it('name days on which a spike is expected', () => {
    const spikes = [{ date: '2026-11-03', acceptVolumeUpTo: 10 }];
    const settings = loadPipelineSettings({ FRONTPAGE_SETTINGS: file(JSON.stringify({ readiness: { spikes } })) });
    expect(settings.readiness.spikes).toEqual(spikes);
  });

  it.each([
    ['{"readyness":{}}', 'readyness'],
    ['{"readiness":{"spikes":[{"date":"2026-02-30","acceptVolumeUpTo":10}]}}', '2026-02-30'],
    ['{"readiness":{"spikes":[{"date":"2026-11-03","acceptVolumeUpTo":0.5}]}}', 'acceptVolumeUpTo'],
    ['{"readiness":{"onTimeout":"guess"}}', 'onTimeout'],
    ['{"readiness":{"quietWithoutMetricSeconds":60}}', 'is below quietSeconds'],
    ['{"ladder":[]}', 'ladder'],
    ['{"fresh":{"everyMinutes":0}}', 'everyMinutes'],
    ['{"fresh":{"keepMinutes":30}}', 'keepMinutes'],
    ['{"fresh":{"halfLifes":[3]}}', 'halfLifes'],
    ['{"gate":{"recallFloor":2}}', 'recallFloor'],
    ['{"gate":{"onNoDecision":"perhaps"}}', 'onNoDecision'],
    ['{"gate":{"confidence":1}}', 'confidence'],
    ['{"gate":{"guards":{"maxStale":0.1}}}', 'maxStale'],
    ['{"sweep":{"keepVersions":1}}', 'keepVersions'],
    ['{"publish":{"watchSeconds":-1}}', 'watchSeconds'],
    ['{"load":{"mode":"bulk","maxUnitsPerSecond":500}}', 'is below 1024, the least that a bulk load can be held to'],
    ['{', 'cannot read'],
  ])('refuse %s, naming what is wrong', (content, message) => {
    expect(() => loadPipelineSettings({ FRONTPAGE_SETTINGS: file(content) })).toThrow(ConfigError);
    expect(() => loadPipelineSettings({ FRONTPAGE_SETTINGS: file(content) })).toThrow(message);
  });
});

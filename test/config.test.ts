import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigError,
  loadCollectorConfig,
  loadPipelineSettings,
  loadScheduleConfig,
  loadServingConfig,
  loadWorkerConfig,
} from '../src/config';

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
    expect(settings.readiness).toEqual({ waitLimitSeconds: 21_600, lookSeconds: 5, marginSeconds: 300 });
    expect(settings.ladder.map(({ market }) => market)).toEqual(['spot', 'on-demand']);
  });

  it.each([
    ['{"readyness":{}}', 'readyness'],
    ['{"ladder":[]}', 'ladder'],
    ['{"gate":{"recallFloor":2}}', 'recallFloor'],
    ['{', 'cannot read'],
  ])('refuse %s, naming what is wrong', (content, message) => {
    expect(() => loadPipelineSettings({ FRONTPAGE_SETTINGS: file(content) })).toThrow(ConfigError);
    expect(() => loadPipelineSettings({ FRONTPAGE_SETTINGS: file(content) })).toThrow(message);
  });
});

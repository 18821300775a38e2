import { ConfigError, loadServingConfig } from '../../src/config';

const environment = { AWS_REGION: 'us-east-1', FRONTPAGE_TABLE: 'recommendations' };

describe('the settings of fresh lists', () => {
  it('are a look every five seconds, and an hour of use, unless told otherwise', () => {
    expect(loadServingConfig(environment).fresh).toEqual({ cacheSeconds: 5, maxAgeSeconds: 3600 });
    const given = { SERVING_FRESH_CACHE_SECONDS: '1.5', SERVING_FRESH_MAX_AGE_SECONDS: '0' };
    expect(loadServingConfig({ ...environment, ...given }).fresh).toEqual({ cacheSeconds: 1.5, maxAgeSeconds: 0 });
  });

  it.each([
    ['SERVING_FRESH_CACHE_SECONDS', '61'],
    ['SERVING_FRESH_CACHE_SECONDS', '-1'],
    ['SERVING_FRESH_MAX_AGE_SECONDS', 'an hour'],
  ])('are refused where %s is %s, naming the variable', (name, value) => {
    const load = () => loadServingConfig({ ...environment, [name]: value });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(name);
  });
});

/** Which address the image's HEALTHCHECK asks, for each program that the image runs. */
import { ConfigError } from '../../src/config';
import { addressOf } from '../../src/healthCheck';

const environment = {
  AWS_REGION: 'us-east-1',
  FRONTPAGE_BUCKET: 'frontpage-lake',
  FRONTPAGE_TABLE: 'frontpage-recommendations',
  FRONTPAGE_STREAM: 'frontpage-clicks',
  FRONTPAGE_TRAINING_ROLE_ARN: 'arn:aws:iam::000000000000:role/frontpage-training',
  FRONTPAGE_TRAINING_IMAGE: 'frontpage-trainer:local',
  FRONTPAGE_METRICS_ADDRESS: '0.0.0.0:9464',
  COLLECTOR_SPOOL_DIR: '/data/spool',
  COLLECTOR_HOST: '0.0.0.0',
  SERVING_PORT: '9000',
  OPERATOR_HOST: '::1',
};

describe('the health check of the image', () => {
  it.each([
    ['node dist/worker.js', 'http://127.0.0.1:9464/metrics'],
    ['/sbin/docker-init -- node dist/collector/main.js', 'http://127.0.0.1:8081/healthz'],
    ['sh -c set -eu claimSpool.sh node --import tsx src/collector/main.ts', 'http://127.0.0.1:8081/healthz'],
    ['node dist/serving/main.js', 'http://127.0.0.1:9000/healthz'],
    ['node dist/operator/main.js', 'http://[::1]:8084/healthz'],
  ])('asks the program of `%s` at its own address', (commandLine, address) => {
    expect(addressOf(commandLine, environment)).toBe(address);
  });

  it('leaves it to the container whether a command that nobody can ask still runs', () => {
    const { FRONTPAGE_METRICS_ADDRESS: _, ...silent } = environment;
    expect(addressOf('node dist/worker.js', silent)).toBeUndefined();
    expect(addressOf('node dist/cli.js status', environment)).toBeUndefined();
    expect(addressOf('sleep infinity', environment)).toBeUndefined();
  });

  it('fails where the program could not have started', () => {
    expect(() => addressOf('node dist/codecServer.js', environment)).toThrow(ConfigError);
  });
});

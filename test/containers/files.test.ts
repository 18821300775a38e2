/** The files that containers are made and run from: linted, read as the engine reads them, and in step with one another. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../../local/prepare';
import { composeCommand, run } from './tools';

const text = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
const compose = text('docker-compose.yml');
const keys = { SERVING_API_KEY: '0123456789abcdef', OPERATOR_KEY: '0123456789abcdef' };

/** Of docker-compose.yml: the order of keys is that of the story; two parts share the image that the first builds; Debian's docker-compose knows no `name`. */
const disabledRules = [
  'no-build-and-image',
  'require-project-name-field',
  'service-keys-order',
  'service-ports-alphabetical-order',
  'services-alphabetical-order',
  'top-level-properties-order',
];

const imagesOf = (file: string): string[] =>
  [...text(file).matchAll(/^(?:FROM| +image:) (\S+)/gm)].flatMap(([, image = '']) => image);

describe('the files of the containers', () => {
  it('have nothing that hadolint minds in the Dockerfiles', () => {
    const { status, stdout } = run('hadolint', ['Dockerfile', 'trainer/Dockerfile']);
    expect([stdout, status]).toEqual(['', 0]);
  });

  it('have nothing that dclint minds in the compose file', () => {
    const rules = disabledRules.flatMap((rule) => ['--disable-rule', rule]);
    const { status, stdout } = run('dclint', ['docker-compose.yml', '--max-warnings', '0', ...rules]);
    expect([stdout.trim(), status]).toEqual(['', 0]);
  });

  it('make a compose file that compose itself accepts, and that refuses to start without keys', () => {
    const [command, ...args] = composeCommand();
    const { status, stdout, stderr } = run(command, [...args, 'config'], keys);
    expect([stderr, status]).toEqual(['', 0]);
    for (const part of [
      'worker',
      'collector',
      'serving',
      'operator',
      'postgres',
      'temporal',
      'prometheus',
      'grafana',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${part}:$`, 'm'));
    }
    const refused = run(command, [...args, 'config'], { ...keys, OPERATOR_KEY: '' });
    expect([refused.status === 0, refused.stderr]).toEqual([false, expect.stringContaining('OPERATOR_KEY')]);
  }, 300_000);

  it('give every part time to end, and have no health check that Podman would take apart', () => {
    const [command, ...args] = composeCommand();
    const { stdout } = run(command, [...args, 'config'], keys);
    const [, services = ''] = /^services:$(.*?)^\S/ms.exec(stdout) ?? [];
    const parts = [...services.matchAll(/^ {2}([\w-]+):$(.*?)(?=^ {2}\S|$(?![^]))/gms)];
    expect(parts.length).toBeGreaterThan(15);
    expect(parts.filter(([, , body = '']) => !/^ +stop_grace_period: /m.test(body)).map(([, name]) => name)).toEqual(
      [],
    );
    const checks = [...compose.matchAll(/^ +test: (\[.+\])$/gm)].map(([, words = '']): unknown => JSON.parse(words));
    expect(checks).toHaveLength(7);
    expect(checks.flat().filter((word) => String(word).includes(' '))).toEqual([]);
  }, 300_000);

  it('keep of the packages the native core of the platform alone, and no source map', () => {
    const prune = /^RUN npm ci --omit=dev .+\\\n +&& ((?:.+\\\n)*.+)$/m.exec(text('Dockerfile'))?.[1] ?? 'false';
    const app = mkdtempSync(join(tmpdir(), 'frontpage-pruned-'));
    const releases = 'node_modules/@temporalio/core-bridge/releases';
    const mine = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu/index.node`;
    const others = ['aarch64-apple-darwin/index.node', 'x86_64-pc-windows-msvc/index.node'];
    const files = [...[mine, ...others].map((file) => `${releases}/${file}`), 'node_modules/a/b.js'];
    for (const file of [...files, 'node_modules/a/b.js.map']) {
      mkdirSync(dirname(join(app, file)), { recursive: true });
      writeFileSync(join(app, file), '');
    }
    expect(spawnSync('sh', ['-euc', prune], { cwd: app, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    const left = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));
    expect(left.toSorted()).toEqual([`${releases}/${mine}`, 'node_modules/a/b.js'].toSorted());
    rmSync(app, { recursive: true });
  });

  it('pin each foreign image to a version and a digest', () => {
    const stages = ['app', 'base'];
    const foreign = ['Dockerfile', 'trainer/Dockerfile', 'docker-compose.yml']
      .flatMap(imagesOf)
      .filter((image) => !image.startsWith('frontpage-') && !stages.includes(image));
    expect(foreign).toHaveLength(9);
    expect(foreign.filter((image) => !/:[\w.-]*\d[\w.-]*@sha256:[0-9a-f]{64}$/.test(image))).toEqual([]);
  });

  it('publish nothing beyond this machine', () => {
    const published = [...compose.matchAll(/^ +- '?([\d.]+:)?(\d+:\d+)'$/gm)];
    expect(published).toHaveLength(7);
    expect(published.map(([, address]) => address)).toEqual(published.map(() => '127.0.0.1:'));
  });

  it('run each program of the image under a path that the build makes, as a user that is not root', () => {
    const scripts = [...`${compose}${text('Dockerfile')}`.matchAll(/dist\/([\w/]+)\.js/g)].flatMap(
      ([, name = '']) => name,
    );
    expect(new Set(scripts)).toEqual(
      new Set([
        ...['schedule', 'collector/main', 'serving/main', 'operator/main'],
        ...['worker', 'healthCheck', 'writeWorkflowBundle'],
      ]),
    );
    for (const name of scripts) expect(text(`src/${name}.ts`)).not.toBe('');
    expect(text('Dockerfile').match(/^USER .+$/gm)).toEqual(['USER 1000:1000', 'USER 0:0', 'USER 1000:1000']);
  });

  it('let Prometheus and Grafana find what compose starts', () => {
    const targets = [...text('infra/prometheus/prometheus.yml').matchAll(/'127\.0\.0\.1:(\d+)'/g)].map(
      ([, port]) => port,
    );
    expect(targets).toEqual(['9464', '8081', '8082']);
    expect(compose).toContain('FRONTPAGE_METRICS_ADDRESS: 127.0.0.1:9464');
    expect(compose).toContain("COLLECTOR_PORT: '8081'");
    expect(compose).toContain("SERVING_PORT: '8082'");
    expect(text('infra/grafana/provisioning/datasources/prometheus.yml')).toContain('url: http://127.0.0.1:9090');
    const folder = /path: (\S+)/.exec(text('infra/grafana/provisioning/dashboards/frontpage.yml'))?.[1];
    expect(compose).toContain(`./infra/grafana/frontpage.json:${folder}/frontpage.json:ro`);
  });

  it.each(['setupPostgres.sh', 'createNamespace.sh'])('have a shell script %s that a shell can read', (script) => {
    expect(run('sh', ['-n', `infra/temporal/${script}`])).toMatchObject({ status: 0, stderr: '' });
  });
});

/**
 * The rules of the house that keep its rooms apart: lint refuses an import that a room may not have, and the workflow
 * bundle holds nothing that is not deterministic. Each rule is shown to bite, so that none can lapse unseen.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { z } from 'zod';
import { repositoryRoot } from '../../local/prepare';
import { workflowBundlePath } from '../support/workflowEnvironment';

const cases: readonly { file: string; allowed: readonly string[]; refused: readonly string[] }[] = [
  { file: 'src/domain/rule.ts', allowed: ['./keys'], refused: ['../contract', '../clients/runs', 'zod', 'node:fs'] },
  {
    file: 'src/workflows/story.ts',
    allowed: [
      './training',
      '../domain/gate',
      '../contract',
      '../failures',
      '@temporalio/workflow',
      '@temporalio/common',
    ],
    refused: [
      '../activities',
      '../clients/objectStore',
      '../config',
      '../contract/runs',
      '@temporalio/client',
      'node:crypto',
      'zod',
    ],
  },
  {
    file: 'src/activities/step.ts',
    allowed: [
      './dependencies',
      '../clients/objectStore',
      '../domain/gate',
      '../report',
      '../report/context',
      '../contract',
      '../failures',
      'node:crypto',
      'zod',
      '@temporalio/activity',
    ],
    refused: [
      '../clients/objectStore.s3',
      '../clients/notifier.webhook',
      '../config',
      '../workflows',
      '@aws-sdk/client-s3',
      '@temporalio/workflow',
    ],
  },
  {
    file: 'src/report/page.ts',
    allowed: ['./parts', './sections/head', '../domain/gate', '../pages/html', '../contract', 'echarts'],
    refused: [
      '../activities',
      '../clients/objectStore',
      '../config',
      '../failures',
      '../pages/forms',
      'node:fs',
      'zod',
    ],
  },
  {
    file: 'src/report/sections/gate.ts',
    allowed: ['./head', '../parts', '../charts/drawing', '../../domain/gate', '../../pages/html', '../../contract'],
    refused: [
      '../../activities',
      '../../clients/objectStore',
      '../../config',
      '../../failures',
      '../../pages/forms',
      'node:fs',
      'zod',
    ],
  },
  {
    file: 'src/clients/port.s3.ts',
    allowed: ['./port', '../domain/keys', '../contract', '@aws-sdk/client-s3'],
    refused: ['../activities', '../config', '../collector/packer', '../failures'],
  },
  {
    file: 'src/collector/route.ts',
    allowed: ['./packer', '../clients/deliveryStream', '../domain/click', 'fastify'],
    refused: [
      '../clients/deliveryStream.firehose',
      '../config',
      '../contract',
      '@aws-sdk/client-firehose',
      '@temporalio/client',
    ],
  },
  {
    file: 'src/serving/main.ts',
    allowed: ['./routes', '../clients/recommendationReader.dynamodb', '../config'],
    refused: ['../activities', '../contract', '@aws-sdk/client-dynamodb'],
  },
  {
    file: 'src/serving/portalPage.ts',
    allowed: ['./frontPage', '../clients/recommendationReader', '../domain/click', '../pages/html'],
    refused: ['../config', '../operator/pages', '../report/parts', '../contract', '@temporalio/client'],
  },
  {
    file: 'src/pages/form.ts',
    allowed: ['./sendHtml', '../serving/apiKey', 'fastify', 'node:fs'],
    refused: [
      '../domain/click',
      '../clients/runs',
      '../serving/routes',
      '../report/parts',
      '../config',
      '@temporalio/client',
    ],
  },
  {
    file: 'src/operator/panel.ts',
    allowed: ['./sources', '../clients/runs', '../contract', '../pages/forms', '../activities/dayHours'],
    refused: [
      '../activities/publish',
      '../clients/objectStore.s3',
      '../config',
      '../serving/routes',
      '@aws-sdk/client-s3',
    ],
  },
  {
    file: 'src/contract.ts',
    allowed: ['./contract/runs', './domain/gate', '@temporalio/common'],
    refused: ['./config', 'zod', '@temporalio/client'],
  },
  {
    file: 'src/contract/runs.ts',
    allowed: ['./training', '../domain/gate', '@temporalio/common'],
    refused: ['../config', '../contract', '../failures', 'zod', '@temporalio/client'],
  },
  {
    file: 'src/config/worker.ts',
    allowed: ['./environment', '../clients/awsEndpoint', '../domain/cron', '../contract', '../versioning', 'zod'],
    refused: ['../activities', '../contract/runs', '../worker', '@aws-sdk/client-s3'],
  },
  {
    file: 'src/cli/command.ts',
    allowed: ['./output', '../clients/runs', '../clients/objectStore.s3', '../config', '../contract', 'commander'],
    refused: ['../../local/cloud', '@aws-sdk/client-s3'],
  },
  {
    file: 'src/telemetry/metrics.ts',
    allowed: ['./runtime', '../clients/recommendationTable', '../domain/runDate', '../contract', 'pino', 'zod'],
    refused: ['../activities', '../clients/objectStore.s3', '../config', '../workflows', '@aws-sdk/client-s3'],
  },
  {
    file: 'src/failureConverter.ts',
    allowed: ['@temporalio/common'],
    refused: ['./config', 'zod', '@temporalio/client'],
  },
  {
    file: 'infra/part.ts',
    allowed: ['./lake', '../src/domain/keys', '../src/clients/pipelineMetrics.cloudwatch', 'aws-cdk-lib'],
    refused: ['../src/config', '../src/worker', '../local/cloud', '@aws-sdk/client-s3', '@temporalio/client'],
  },
  {
    file: 'src/worker.ts',
    allowed: ['./activities', './clients/objectStore.s3'],
    refused: ['../local/cloud', '@aws-sdk/client-s3'],
  },
];

const reportSchema = z.object({ diagnostics: z.array(z.object({ message: z.string(), code: z.string() })) });

/** What lint says of the import rules for one file with these imports, under the house's own configuration. */
function refusedImports(file: string, imports: readonly string[]): string[] {
  const tree = mkdtempSync(join(tmpdir(), 'frontpage-lint-'));
  const path = join(tree, file);
  mkdirSync(dirname(path), { recursive: true });
  // Types cannot be checked in a tree of one file, and these rules need none.
  const config = readFileSync(join(repositoryRoot, '.oxlintrc.json'), 'utf8').replace(
    '"typeAware": true',
    '"typeAware": false',
  );
  writeFileSync(join(tree, '.oxlintrc.json'), config);
  writeFileSync(path, imports.map((name, index) => `export { x as x${index} } from '${name}';\n`).join(''));
  const run = spawnSync(join(repositoryRoot, 'node_modules', '.bin', 'oxlint'), ['--format', 'json', '.'], {
    cwd: tree,
    encoding: 'utf8',
  });
  return reportSchema
    .parse(JSON.parse(run.stdout))
    .diagnostics.filter(({ code }) => code.includes('no-restricted-imports'))
    .map(({ message }) => /'([^']+)' import is restricted/.exec(message)?.[1] ?? message);
}

describe('lint', () => {
  it.each(cases)('keeps $file to the imports of its room', ({ file, allowed, refused }) => {
    expect(refusedImports(file, [...allowed, ...refused]).sort()).toEqual([...refused].sort());
  });
});

describe('the workflow bundle', () => {
  const rooms = /^\.\/src\/(?:workflows\/|domain\/|contract\/|contract\.ts$|failures\.ts$)/;
  const packages = new Set(['@temporalio/common', '@temporalio/workflow', 'nexus-rpc', 'ms', 'long']);

  it('holds workflows, domain, contract and failures, and of packages only what the sandbox itself is made of', () => {
    const code = readFileSync(workflowBundlePath(), 'utf8');
    const modules = [...code.matchAll(/^\/\*{3}\/ "([^"]+)"/gm)].map((match) => match[1] ?? '');
    const ours = modules.filter((name) => name.startsWith('./src/'));
    const foreign = modules.flatMap((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? []);
    expect(ours).toContain('./src/workflows/dailyRecommendations.ts');
    expect(ours.filter((name) => !rooms.test(name))).toEqual([]);
    expect(foreign.length).toBeGreaterThan(10);
    expect([...new Set(foreign)].filter((name) => !packages.has(name))).toEqual([]);
  });

  it('cannot be made when a workflow reaches for a Node built-in', async () => {
    // Inside the checkout, so that the packages of the sandbox are found and the built-in is all that is wrong.
    mkdirSync(join(repositoryRoot, '.frontpage'), { recursive: true });
    const dir = mkdtempSync(join(repositoryRoot, '.frontpage', 'bundle-'));
    const workflowsPath = join(dir, 'workflows.js');
    writeFileSync(workflowsPath, "exports.impure = async () => require('node:fs').readdirSync('.');\n");
    const complaints: string[] = [];
    const logger = new DefaultLogger('ERROR', ({ message }) => complaints.push(message));
    await expect(bundleWorkflowCode({ workflowsPath, logger })).rejects.toThrow('Webpack finished with errors');
    rmSync(dir, { recursive: true });
    expect(complaints.join('\n')).toMatch(/node:fs[^]*compiled with 1 error/);
  });
});

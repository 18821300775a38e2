/**
 * Records the histories of a release: `npm run record-histories -- v0.1.0`. A history that exists is never replaced: it
 * is what runs of that release look like, and only its removal by hand says otherwise.
 */
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger } from '@temporalio/worker';
import { prepare, repositoryRoot } from '../../local/prepare';
import { bundleWorkflows } from '../../src/workflowBundle';
import { recordedScenarios } from '../support/recordedScenarios';
import { createTestbed } from '../support/workflowEnvironment';

async function record(release: string): Promise<void> {
  prepare((line) => console.log(line));
  const bundle = await bundleWorkflows({ logger: new DefaultLogger('ERROR') });
  const bundleFile = join(mkdtempSync(join(tmpdir(), 'frontpage-record-')), 'workflow-bundle.js');
  writeFileSync(bundleFile, bundle.code);
  process.env['TEST_WORKFLOW_BUNDLE'] = bundleFile;

  const folder = join(repositoryRoot, 'test/histories', release);
  mkdirSync(folder, { recursive: true });
  const testbed = await createTestbed();
  try {
    for (const scenario of recordedScenarios) {
      const file = join(folder, `${scenario.name}.json`);
      if (existsSync(file)) {
        console.log(`${scenario.name}: kept`);
        continue;
      }
      const handle = await scenario.play(testbed, `${release}-${scenario.name}`);
      writeFileSync(file, withoutPlace(historyToJSON(await handle.fetchHistory())));
      console.log(`${scenario.name}: recorded`);
    }
  } finally {
    await testbed.close();
  }
}

/** Stack traces of failures name files; where the checkout lies is nobody's business. */
function withoutPlace(history: string): string {
  return history.replaceAll(`${repositoryRoot}/`, '');
}

const release = process.argv[2];
if (release === undefined || !/^v\d+\.\d+\.\d+$/.test(release)) {
  console.error('name the release: npm run record-histories -- v0.1.0');
  process.exitCode = 1;
} else {
  record(release).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}

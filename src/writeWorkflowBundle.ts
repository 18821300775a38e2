/** A step of the image's build: makes once, beside the compiled worker, what the worker would bundle at each start. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from './workflowBundle';

void (async () => {
  const { code } = await bundleWorkflows({ logger: new DefaultLogger('WARN') });
  writeFileSync(join(__dirname, 'workflow-bundle.js'), code);
})();

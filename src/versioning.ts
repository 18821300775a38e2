/**
 * Which release goes on with a workflow when a new one is rolled out, where workers belong to a deployment. Workflows say it
 * themselves (src/workflows/index.ts); this is for those that do not.
 */
import type { WorkerOptions } from '@temporalio/worker';
import { freshTaskQueue } from './contract';

export interface Deployment {
  readonly name: string;
  readonly buildId: string;
}

export function versionedAs(
  deployment: Deployment | undefined,
  queue: string,
): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (deployment === undefined) return {};
  return {
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: deployment.name, buildId: deployment.buildId },
      defaultVersioningBehavior: queue === freshTaskQueue ? 'AUTO_UPGRADE' : 'PINNED',
    },
  };
}

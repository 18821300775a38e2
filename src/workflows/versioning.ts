/**
 * Which release goes on with a workflow after an upgrade. What belongs to one day ends on the release that it began on, however
 * many others are rolled out meanwhile; everything else takes the newest at its next step, so that old workers can leave.
 */
import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';

type Workflow = (...input: never[]) => Promise<unknown>;

export function endOnTheirRelease(workflows: readonly Workflow[]): void {
  behave('PINNED', workflows);
}

export function takeTheNewest(workflows: readonly Workflow[]): void {
  behave('AUTO_UPGRADE', workflows);
}

function behave(versioningBehavior: 'PINNED' | 'AUTO_UPGRADE', workflows: readonly Workflow[]): void {
  for (const workflow of workflows) {
    setWorkflowOptions(() => (isInDeployment() ? { versioningBehavior } : {}), workflow);
  }
}

/** A server refuses a behaviour from a worker that belongs to no deployment, and the task would be tried for ever. */
function isInDeployment(): boolean {
  const version = workflowInfo().currentDeploymentVersion;
  return version !== undefined && version.deploymentName !== '';
}

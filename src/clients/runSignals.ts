/** What an activity tells the very run that it works for. */
import type { Client } from '@temporalio/client';
import { lookedSignalName, type ReadinessLook } from '../contract';

export interface RunOfActivity {
  readonly workflowId: string;
  readonly runId: string;
}

export async function tellLook(client: Client, run: RunOfActivity, look: ReadinessLook): Promise<void> {
  const handle = client.workflow.getHandle(run.workflowId, run.runId);
  await handle.signal<[ReadinessLook]>(lookedSignalName, look);
}

/** What a doctor asks Temporal. */
import type { Client } from '@temporalio/client';
import { SearchAttributeType } from '@temporalio/common';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes';
import { requiredTsToMs } from '@temporalio/common/lib/time';
import type { Poller } from '../domain/checkupTemporal';
import { dayMs } from '../domain/durations';

export async function serverVersion(client: Client): Promise<string> {
  const info = await client.connection.workflowService.getSystemInfo({});
  return info.serverVersion;
}

/** For how many days runs that are over are kept; undefined when there is no such namespace. */
export async function retentionDays(client: Client): Promise<number | undefined> {
  try {
    const answer = await client.connection.workflowService.describeNamespace({ namespace: client.options.namespace });
    const retention = answer.config?.workflowExecutionRetentionTtl;
    return retention ? requiredTsToMs(retention, 'retention') / dayMs : 0;
  } catch (error) {
    if (error instanceof Error && error.message.includes('NOT_FOUND')) return undefined;
    throw error;
  }
}

/** Names of custom search attributes, with their types. */
export async function registeredSearchAttributes(client: Client): Promise<Record<string, string>> {
  const { namespace } = client.options;
  const answer = await client.connection.operatorService.listSearchAttributes({ namespace });
  const names = new Map<number | undefined, string>(
    Object.values(SearchAttributeType).map((type) => [encodeSearchAttributeIndexedValueType(type), type]),
  );
  return Object.fromEntries(
    Object.entries(answer.customAttributes ?? {}).map(([name, type]) => [name, names.get(type) ?? `type ${type}`]),
  );
}

/** Who has polled a task queue for workflows, which is what is asked for by default, in the last minutes. */
export async function pollersOf(client: Client, taskQueue: string): Promise<Poller[]> {
  const { namespace } = client.options;
  const answer = await client.connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
  });
  return (answer.pollers ?? []).map(({ identity, lastAccessTime, deploymentOptions, workerVersionCapabilities }) => ({
    identity: identity ?? 'unknown',
    lastSeenMs: requiredTsToMs(lastAccessTime, 'lastAccessTime'),
    build: deploymentOptions?.buildId ?? workerVersionCapabilities?.buildId ?? '',
  }));
}

/** What commands reach: Temporal, the lake and the table, each by the environment and only when a command needs it. */
import type { Client } from '@temporalio/client';
import type { ObjectStore } from '../clients/objectStore';
import { createS3ObjectStore } from '../clients/objectStore.s3';
import type { ReaderItems } from '../clients/readerItems';
import { createDynamoDbReaderItems } from '../clients/readerItems.dynamodb';
import type { RecommendationTable } from '../clients/recommendationTable';
import { createDynamoDbRecommendationTable } from '../clients/recommendationTable.dynamodb';
import { connectClient } from '../clients/temporalClient';
import { loadLakeConfig, loadTableConfig, loadTemporalConfig } from '../config';
import { CommandFailed } from './exitCodes';

export async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect();
  try {
    return await work(client);
  } finally {
    await client.connection.close();
  }
}

async function connect(): Promise<Client> {
  const config = loadTemporalConfig();
  try {
    return await connectClient(config);
  } catch (error) {
    const address = config.connectionOptions.address ?? 'localhost:7233';
    throw new CommandFailed(
      'TemporalUnreachable',
      `Temporal does not answer at ${address}: start it, or correct TEMPORAL_ADDRESS (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

export function openLake(): ObjectStore {
  const { bucket, aws } = loadLakeConfig();
  return createS3ObjectStore(bucket, aws);
}

export function openTable(): RecommendationTable {
  const { table, aws } = loadTableConfig();
  return createDynamoDbRecommendationTable(table, aws);
}

export function openReaderItems(): ReaderItems {
  const { table, aws } = loadTableConfig();
  return createDynamoDbReaderItems(table, aws);
}

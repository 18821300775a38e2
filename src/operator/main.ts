/**
 * Composition root of the operator's page: config → Temporal, lake and table → pages. Run with `npm run operator`. A program of its
 * own, since serving knows neither Temporal nor the lake, and must not go down with them.
 */
import { createBeatList } from '../clients/freshBeats';
import { headlinesIn } from '../clients/headlines';
import { createS3ObjectStore } from '../clients/objectStore.s3';
import { rollBack } from '../clients/operatorOrders';
import { createDynamoDbRecommendationReader } from '../clients/recommendationReader.dynamodb';
import { createDynamoDbRecommendationTable } from '../clients/recommendationTable.dynamodb';
import { listRuns } from '../clients/runList';
import { viewRun } from '../clients/runs';
import { connectClient } from '../clients/temporalClient';
import { ConfigError, loadFreshSettings, loadOperatorConfig } from '../config';
import { startOperator } from './startOperator';

const metricsTimeoutMs = 2000;

async function main(): Promise<void> {
  const { temporal, lake, table, catalogue, collectorUrl, servingUrl, ...config } = loadOperatorConfig();
  const { everyMinutes: freshEveryMinutes } = loadFreshSettings();
  const client = await connectClient(temporal);
  const operator = await startOperator({
    ...config,
    freshEveryMinutes,
    sources: {
      viewRun: (runDate) => viewRun(client, runDate),
      listRuns: (limit) => listRuns(client, {}, limit),
      listBeats: createBeatList(client),
      rollBack: (input) => rollBack(client, input),
      table: createDynamoDbRecommendationTable(table.name, table.aws),
      fresh: createDynamoDbRecommendationReader(table.name, table.aws),
      lake: createS3ObjectStore(lake.bucket, lake.aws),
      ...(catalogue === undefined ? {} : { headlines: headlinesIn(catalogue) }),
      ...(collectorUrl === undefined ? {} : { collectorMetrics: () => metricsOf(collectorUrl) }),
      ...(servingUrl === undefined ? {} : { servingMetrics: () => metricsOf(servingUrl) }),
    },
  });
  const stop = async (): Promise<void> => {
    await operator.close();
    await client.connection.close();
  };
  process.once('SIGTERM', () => void stop()).once('SIGINT', () => void stop());
}

async function metricsOf(url: string): Promise<string> {
  const answer = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(metricsTimeoutMs) });
  if (!answer.ok) throw new Error(`${url}/metrics answered ${answer.status}`);
  return answer.text();
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
});

/** Composition root of the serving API: config → DynamoDB → serving. Run with `npm run serving`. */

import { InvalidCatalogue } from '../clients/catalogueFile';
import { createDynamoDbRecommendationReader } from '../clients/recommendationReader.dynamodb';
import { createCloudWatchServingMetrics } from '../clients/servingMetrics.cloudwatch';
import { startServingReport } from '../clients/servingMetrics.report';
import { ConfigError, loadServingConfig } from '../config';
import { startServing } from './startServing';

async function main(): Promise<void> {
  const { aws, tableName, report, ...config } = loadServingConfig();
  const reader = createDynamoDbRecommendationReader(tableName, aws, { readerListMs: config.budgetMs, sharedMs: 500 });
  const serving = await startServing({ ...config, reader });
  const reporting =
    report &&
    startServingReport({
      metrics: createCloudWatchServingMetrics(tableName, report.aws),
      counters: async () => (await fetch(`${serving.url}/metrics`)).text(),
      everyMs: report.everySeconds * 1000,
      onFailure: (error) =>
        console.error(`serving could not be reported, the next report makes up for it: ${String(error)}`),
    });
  const stop = async (): Promise<void> => {
    await reporting?.stop();
    await serving.close();
  };
  process.once('SIGTERM', () => void stop()).once('SIGINT', () => void stop());
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError || error instanceof InvalidCatalogue ? error.message : error);
  process.exitCode = 1;
});

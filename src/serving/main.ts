/** Composition root of the serving API: config → DynamoDB → serving. Run with `npm run serving`. */
import { createDynamoDbRecommendationReader } from '../clients/recommendationReader.dynamodb';
import { ConfigError, loadServingConfig } from '../config';
import { startServing } from './startServing';

async function main(): Promise<void> {
  const { aws, tableName, ...config } = loadServingConfig();
  const reader = createDynamoDbRecommendationReader(tableName, aws, { readerListMs: config.budgetMs, sharedMs: 500 });
  const serving = await startServing({ ...config, reader });
  const stop = (): void => void serving.close();
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
});

/** Composition root of the collector: config → Firehose → collector. Run with `npm run collector`. */
import { createFirehoseDeliveryStream } from '../clients/deliveryStream.firehose';
import { ConfigError, loadCollectorConfig } from '../config';
import { startCollector } from './startCollector';

async function main(): Promise<void> {
  const { aws, streamName, ...config } = loadCollectorConfig();
  const collector = await startCollector({ ...config, stream: createFirehoseDeliveryStream(streamName, aws) });
  const stop = (): void => void collector.close();
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
});

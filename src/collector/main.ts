/** Composition root of the collector: config → Firehose and lake → collector. Run with `npm run collector`. */
import { createFirehoseDeliveryStream } from '../clients/deliveryStream.firehose';
import { createS3ObjectStore } from '../clients/objectStore.s3';
import { ConfigError, loadCollectorConfig } from '../config';
import { SpoolLocked } from './spoolLock';
import { SpoolDamaged } from './spoolState';
import { startCollector } from './startCollector';

async function main(): Promise<void> {
  const { aws, streamName, bucket, ...config } = loadCollectorConfig();
  const collector = await startCollector({
    ...config,
    stream: createFirehoseDeliveryStream(streamName, aws.FIREHOSE),
    lake: createS3ObjectStore(bucket, aws.S3),
  });
  // A call to a service that does not answer would keep the process, when everything that counts is on disk.
  const stop = (): void => void collector.close().then(() => process.exit(0));
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

main().catch((error: unknown) => {
  const told = error instanceof ConfigError || error instanceof SpoolLocked || error instanceof SpoolDamaged;
  console.error(told ? error.message : error);
  process.exitCode = 1;
});

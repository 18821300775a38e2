/**
 * The local Firehose: buffers, delivers and meters as the service does, on its wire protocol. Puts the parts together,
 * listens on loopback, and only then goes on with the streams it finds, so two servers on one port never share a journal;
 * requests wait for that.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AwsEndpoint } from '../../src/clients/awsEndpoint';
import { createAwsJsonServer } from '../aws-json';
import { Storage } from '../storage';
import { VirtualClock } from './clock';
import { addControlRoutes } from './control';
import { MetricPublisher } from './metricPublisher';
import { FirehoseService } from './service';
import { changeSettings, defaultSettings, type SettingsChange } from './settings';
import { Streams } from './streams';
import { Timeline } from './timeline';

/** A batch at its limit of 4 MiB is 5.6 MB of base64; one beyond it shall reach the service's own answer. */
const bodyLimitBytes = 16 * 1024 * 1024;

export interface FirehoseOptions {
  /** 0 chooses a free one. */
  readonly port: number;
  /** Streams, journals and the clock; the same folder continues where it was. */
  readonly dataDir: string;
  readonly s3: AwsEndpoint;
  readonly cloudwatch: AwsEndpoint;
  readonly settings?: SettingsChange;
  readonly warn: (message: string) => void;
}

export interface LocalFirehose {
  readonly url: string;
  /** Keeps what is buffered for the next start. */
  close(): Promise<void>;
}

export async function startFirehose(options: FirehoseOptions): Promise<LocalFirehose> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  let settings = changeSettings(defaultSettings, options.settings ?? {});

  const clock = new VirtualClock(join(dataDir, 'clock.json'));
  const storage = new Storage(options.s3);
  const publisher = new MetricPublisher(options.cloudwatch, () => settings.retrySeconds, options.warn);
  const streams = new Streams(join(dataDir, 'streams'), {
    clock,
    bucket: (name) => storage.bucket(name),
    settings: () => settings,
    publish: (points) => publisher.add(points),
    onDueChanged: () => timeline.schedule(),
    warn: options.warn,
  });
  const timeline = new Timeline(clock, streams, publisher, () => settings.waitSeconds);

  const service = new FirehoseService(streams, clock, options.s3.region);
  const app = createAwsJsonServer({
    targetPrefix: 'Firehose_20150804',
    operations: service.operations(),
    bodyLimitBytes,
  });
  addControlRoutes(app, {
    clock,
    streams,
    timeline,
    settings: () => settings,
    changeSettings: (change) => {
      settings = changeSettings(settings, change);
      return settings;
    },
  });
  let open = (): void => undefined;
  const opened = new Promise<void>((done) => {
    open = done;
  });
  app.addHook('onRequest', () => opened);
  const url = await app.listen({ port: options.port, host: '127.0.0.1' });
  try {
    streams.resume();
  } catch (error) {
    await app.close();
    throw error;
  }
  timeline.run();
  open();
  return {
    url,
    async close() {
      timeline.end();
      await app.close();
      await streams.end();
      await publisher.close();
    },
  };
}

/**
 * The local SageMaker: training jobs that really run, on the wire protocol of the service. Puts the parts together,
 * listens on loopback, and only then goes on with the jobs it finds, so two servers on one port never share a job.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AwsEndpoint } from '../../src/clients/awsEndpoint';
import { createAwsJsonServer } from '../aws-json';
import { Storage } from '../storage';
import { CheckpointFaults } from './checkpointFaults';
import { addControlRoutes } from './control';
import { Droughts } from './droughts';
import { ServiceFaults } from './faults';
import { JobStore } from './jobStore';
import { TrainingJobService } from './service';
import { changeSettings, defaultSettings, type SettingsChange } from './settings';
import { Strikes } from './strikes';

/** CreateTrainingJob with every member at its limit stays below this. */
const bodyLimitBytes = 4 * 1024 * 1024;

export interface SageMakerOptions {
  /** 0 chooses a free one. */
  readonly port: number;
  /** Jobs, logs and the running trainers' /opt/ml; the same folder continues where it was. */
  readonly dataDir: string;
  readonly s3: AwsEndpoint;
  /** Program and arguments that play every image; `train` is added. */
  readonly trainerCommand: readonly string[];
  readonly settings?: SettingsChange;
  /** What becomes of running trainers at `close`. */
  readonly onShutdown: 'stop' | 'leave';
  readonly warn: (message: string) => void;
}

export interface LocalSageMaker {
  readonly url: string;
  close(): Promise<void>;
}

export async function startSageMaker(options: SageMakerOptions): Promise<LocalSageMaker> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const store = new JobStore(join(dataDir, 'jobs'));
  const droughts = new Droughts();
  const strikes = new Strikes();
  const serviceFaults = new ServiceFaults();
  const checkpointFaults = new CheckpointFaults();
  let settings = changeSettings(defaultSettings, options.settings ?? {});

  const service = new TrainingJobService(
    {
      store,
      storage: new Storage(options.s3),
      droughts,
      strikes,
      checkpointFaults,
      settings: () => settings,
      region: options.s3.region,
      dataDir,
      trainerCommand: options.trainerCommand,
      warn: options.warn,
    },
    serviceFaults,
  );
  const app = createAwsJsonServer({ targetPrefix: 'SageMaker', operations: service.operations(), bodyLimitBytes });
  addControlRoutes(app, {
    store,
    droughts,
    strikes,
    serviceFaults,
    checkpointFaults,
    settings: () => settings,
    changeSettings: (change) => {
      settings = changeSettings(settings, change);
      return settings;
    },
  });
  const url = await app.listen({ port: options.port, host: '127.0.0.1' });
  service.resume();
  return {
    url,
    async close() {
      await app.close();
      await service.close(options.onShutdown);
    },
  };
}

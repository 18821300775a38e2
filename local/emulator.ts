/** The AWS emulator of the laptop cloud: S3, DynamoDB and CloudWatch over HTTP, with state on disk. */
import { join } from 'node:path';
import { programs } from './prepare';
import { answersHttp, type RunningProgram, startProgram, whenReady } from './processes';
import type { SupervisedSpec } from './supervisor';

export interface EmulatorOptions {
  readonly port: number;
  /** Buckets and tables are kept below this folder; without it they end with the process. */
  readonly stateDir?: string;
  readonly logFile: string;
}

/** How the emulator is started. State is written when it ends in order, so a kill loses what was not. */
export function emulatorSpec(options: EmulatorOptions): SupervisedSpec {
  return {
    name: 'AWS emulator',
    command: programs.ministack,
    args: [],
    logFile: options.logFile,
    env: {
      GATEWAY_PORT: String(options.port),
      BIND_HOST: '127.0.0.1',
      SERVICES: 's3,dynamodb,cloudwatch',
      LOG_LEVEL: 'WARNING',
      ...(options.stateDir === undefined
        ? {}
        : {
            PERSIST_STATE: '1',
            STATE_DIR: join(options.stateDir, 'state'),
            S3_PERSIST: '1',
            S3_DATA_DIR: join(options.stateDir, 's3'),
          }),
    },
    restart: false,
    probe: () => answersHttp(`http://127.0.0.1:${options.port}/_ministack/health`),
  };
}

export async function startEmulator(options: EmulatorOptions): Promise<RunningProgram> {
  const spec = emulatorSpec(options);
  const emulator = startProgram(spec);
  await whenReady(emulator, spec.probe);
  return emulator;
}

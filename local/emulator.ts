/** The AWS emulator of the laptop cloud: S3, DynamoDB and CloudWatch over HTTP, with state on disk. */
import { join } from 'node:path';
import { programs } from './prepare';
import { answersHttp, type RunningProgram, startProgram, whenReady } from './processes';

export interface EmulatorOptions {
  readonly port: number;
  /** Buckets and tables are kept below this folder; without it they end with the process. */
  readonly stateDir?: string;
  readonly logFile: string;
}

export async function startEmulator(options: EmulatorOptions): Promise<RunningProgram> {
  const emulator = startProgram({
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
  });
  await whenReady(emulator, () => answersHttp(`http://127.0.0.1:${options.port}/_ministack/health`));
  return emulator;
}

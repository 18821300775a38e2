/**
 * What HEALTHCHECK of the image runs beside the container's program, whichever that is: it asks the program at the address
 * that its own environment gives it. Ends with 1, and a line that says why, when the program does not answer.
 */
import { readFileSync } from 'node:fs';
import {
  type Environment,
  loadCodecServerConfig,
  loadCollectorConfig,
  loadOperatorConfig,
  loadServingConfig,
  loadWorkerConfig,
} from './config';

/** Below the time limit of the image's HEALTHCHECK, so that the line is written. */
const patienceMs = 4000;

interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * Where the program of this command line answers. Undefined for what has no address: a worker without
 * FRONTPAGE_METRICS_ADDRESS, or a command that ends by itself. Of those the container says whether they run.
 * @throws {ConfigError} when the program could not have started in this environment
 */
export function addressOf(commandLine: string, environment?: Environment): string | undefined {
  const program = /(?:dist|src)\/([\w/]+)\.[jt]s\b/.exec(commandLine)?.[1] ?? '';
  switch (program) {
    case 'worker': {
      const { metricsAddress } = loadWorkerConfig(environment);
      return metricsAddress && `http://${metricsAddress.replace('0.0.0.0:', '127.0.0.1:')}/metrics`;
    }
    case 'collector/main':
      return health(loadCollectorConfig(environment));
    case 'serving/main':
      return health(loadServingConfig(environment));
    case 'operator/main':
      return health(loadOperatorConfig(environment));
    case 'codecServer':
      return health(loadCodecServerConfig(environment));
    default:
      return undefined;
  }
}

/** A program that listens everywhere is asked on loopback. */
function health({ host, port }: Place): string {
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${near.includes(':') ? `[${near}]` : near}:${port}/healthz`;
}

/** Programs that have no such page, or want a key for it, answer 404 or 401: they answer. */
async function check(): Promise<void> {
  const address = addressOf(readFileSync('/proc/1/cmdline', 'utf8').replaceAll('\0', ' '));
  if (address === undefined) return;
  const { status } = await fetch(address, { signal: AbortSignal.timeout(patienceMs) });
  if (status >= 500) throw new Error(`${address} answered ${status}`);
}

if (require.main === module) {
  check().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}

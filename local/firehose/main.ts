/** The local Firehose as a program: `tsx local/firehose/main.ts --data-dir DIR --s3-endpoint URL --cloudwatch-endpoint URL [flags]`. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type ListeningServer, runServerProgram } from '../serverProgram';
import { startFirehose } from './server';

const usage = `flags:
  --port N                     default 8101; 0 chooses a free one
  --data-dir DIR               required; streams, what they hold, and the clock
  --s3-endpoint URL            required
  --cloudwatch-endpoint URL    required
  --region NAME                default us-east-1
  --creating-seconds S         from create to ACTIVE, default 0
  --retry-seconds S            between two attempts to deliver, default 1
  --wait-seconds S             how long a moved clock or a flush waits for S3, default 30`;

const number = z.coerce.number().optional();
const flagsSchema = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(8101),
  'data-dir': z.string(),
  's3-endpoint': z.url(),
  'cloudwatch-endpoint': z.url(),
  region: z.string().default('us-east-1'),
  'creating-seconds': number,
  'retry-seconds': number,
  'wait-seconds': number,
});

function readFlags(): z.infer<typeof flagsSchema> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      port: text,
      'data-dir': text,
      's3-endpoint': text,
      'cloudwatch-endpoint': text,
      region: text,
      'creating-seconds': text,
      'retry-seconds': text,
      'wait-seconds': text,
    },
  });
  return flagsSchema.parse(values);
}

async function start(): Promise<ListeningServer> {
  const flags = readFlags();
  const { region } = flags;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return startFirehose({
    port: flags.port,
    dataDir: flags['data-dir'],
    s3: { region, endpoint: flags['s3-endpoint'], credentials },
    cloudwatch: { region, endpoint: flags['cloudwatch-endpoint'], credentials },
    settings: {
      creatingSeconds: flags['creating-seconds'],
      retrySeconds: flags['retry-seconds'],
      waitSeconds: flags['wait-seconds'],
    },
    warn: (message) => console.error(message),
  });
}

runServerProgram('Firehose', usage, start);

/** The local SageMaker as a program: `tsx local/sagemaker/main.ts --data-dir DIR --s3-endpoint URL [flags]`. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { programs } from '../prepare';
import { type ListeningServer, runServerProgram } from '../serverProgram';
import { startSageMaker } from './server';

const usage = `flags:
  --port N                     default 8100; 0 chooses a free one
  --data-dir DIR               required; jobs, logs and running trainers
  --s3-endpoint URL            required
  --region NAME                default us-east-1
  --trainer-command JSON       array of program and arguments; default: the prepared Python with -m frontpage_trainer
  --startup-seconds S          default 1
  --spot-wait-seconds S        default 0
  --recovery-wait-seconds S    default 1
  --spot-discount SHARE        default 0.65
  --stop-grace-seconds S       default 120
  --final-checkpoint-sync      one more checkpoint round after a trainer's own end
  --on-shutdown stop|leave     what becomes of running trainers; default stop`;

const number = z.coerce.number().optional();
const flagsSchema = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(8100),
  'data-dir': z.string(),
  's3-endpoint': z.url(),
  region: z.string().default('us-east-1'),
  'trainer-command': z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.array(z.string()).min(1))
    .default([programs.python, '-m', 'frontpage_trainer']),
  'startup-seconds': number,
  'spot-wait-seconds': number,
  'recovery-wait-seconds': number,
  'spot-discount': number,
  'stop-grace-seconds': number,
  'final-checkpoint-sync': z.boolean().optional(),
  'on-shutdown': z.enum(['stop', 'leave']).default('stop'),
});

function readFlags(): z.infer<typeof flagsSchema> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      port: text,
      'data-dir': text,
      's3-endpoint': text,
      region: text,
      'trainer-command': text,
      'startup-seconds': text,
      'spot-wait-seconds': text,
      'recovery-wait-seconds': text,
      'spot-discount': text,
      'stop-grace-seconds': text,
      'final-checkpoint-sync': { type: 'boolean' },
      'on-shutdown': text,
    },
  });
  return flagsSchema.parse(values);
}

async function start(): Promise<ListeningServer> {
  const flags = readFlags();
  const settings = {
    startupSeconds: flags['startup-seconds'],
    spotWaitSeconds: flags['spot-wait-seconds'],
    recoveryWaitSeconds: flags['recovery-wait-seconds'],
    spotDiscount: flags['spot-discount'],
    stopGraceSeconds: flags['stop-grace-seconds'],
    finalCheckpointSync: flags['final-checkpoint-sync'],
  };
  return startSageMaker({
    port: flags.port,
    dataDir: flags['data-dir'],
    s3: {
      region: flags.region,
      endpoint: flags['s3-endpoint'],
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    },
    trainerCommand: flags['trainer-command'],
    settings,
    onShutdown: flags['on-shutdown'],
    warn: (message) => console.error(message),
  });
}

runServerProgram('SageMaker', usage, start);

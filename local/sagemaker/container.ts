/** The /opt/ml of one attempt: its folders, the input/config files and the environment, as a container would see them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingJob } from './job';

export interface ContainerPaths {
  /** Everything of the attempt: pid, exit code, /opt/ml. */
  readonly dir: string;
  readonly optMl: string;
  readonly inputData: string;
  readonly inputConfig: string;
  readonly checkpoints: string;
  readonly model: string;
  readonly outputData: string;
  readonly failureFile: string;
}

/** Where a job's attempts live while it is not over. */
export function workFolder(dataDir: string, jobName: string): string {
  return join(dataDir, 'work', jobName);
}

export function containerPaths(dir: string): ContainerPaths {
  const optMl = join(dir, 'opt', 'ml');
  return {
    dir,
    optMl,
    inputData: join(optMl, 'input', 'data'),
    inputConfig: join(optMl, 'input', 'config'),
    checkpoints: join(optMl, 'checkpoints'),
    model: join(optMl, 'model'),
    outputData: join(optMl, 'output', 'data'),
    failureFile: join(optMl, 'output', 'failure'),
  };
}

export async function createContainer(paths: ContainerPaths, job: TrainingJob): Promise<void> {
  for (const dir of [paths.inputData, paths.inputConfig, paths.checkpoints, paths.model, paths.outputData]) {
    await mkdir(dir, { recursive: true });
  }
  for (const [name, content] of Object.entries(configFiles(job))) {
    await writeFile(join(paths.inputConfig, name), JSON.stringify(content));
  }
}

function configFiles({ request }: TrainingJob): Record<string, object> {
  const host = 'algo-1';
  const group = 'homogeneousCluster';
  const instanceType = request.ResourceConfig.InstanceType;
  const channels = (request.InputDataConfig ?? []).map((channel) => [
    channel.ChannelName,
    {
      ...(channel.ContentType === undefined ? {} : { ContentType: channel.ContentType }),
      TrainingInputMode: channel.InputMode ?? request.AlgorithmSpecification.TrainingInputMode,
      S3DistributionType: channel.DataSource.S3DataSource.S3DataDistributionType ?? 'FullyReplicated',
      RecordWrapperType: channel.RecordWrapperType,
    },
  ]);
  const { CheckpointConfig } = request;
  return {
    'hyperparameters.json': request.HyperParameters ?? {},
    'inputdataconfig.json': Object.fromEntries(channels),
    'resourceconfig.json': {
      current_host: host,
      current_instance_type: instanceType,
      current_group_name: group,
      hosts: [host],
      instance_groups: [{ instance_group_name: group, instance_type: instanceType, hosts: [host] }],
      network_interface_name: 'eth0',
      topology: null,
    },
    ...(CheckpointConfig === undefined
      ? {}
      : {
          'checkpointconfig.json': {
            LocalPath: CheckpointConfig.LocalPath ?? '/opt/ml/checkpoints/',
            S3Uri: CheckpointConfig.S3Uri,
          },
        }),
  };
}

/** The machine's own variables stay outside, except those without which no program starts. */
export function containerEnvironment(job: TrainingJob, paths: ContainerPaths, region: string): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    ...job.request.Environment,
    TRAINING_JOB_NAME: job.request.TrainingJobName,
    TRAINING_JOB_ARN: job.arn,
    AWS_REGION: region,
    OPT_ML: paths.optMl,
  };
}

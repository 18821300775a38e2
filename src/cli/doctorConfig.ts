/**
 * The environment as a doctor reads it: each part by itself, so that one that is missing hides no other, and with a look at the
 * names that no program reads.
 */
import type { AwsEndpoint } from '../clients/awsEndpoint';
import type { TemporalConfig } from '../clients/temporalClient';
import {
  type AlertConfig,
  awsEndpoint,
  type Environment,
  loadAlertConfig,
  loadCodecServerConfig,
  loadCollectorConfig,
  loadLakeConfig,
  loadScheduleConfig,
  loadServingConfig,
  loadStreamConfig,
  loadTableConfig,
  loadTemporalConfig,
  loadWorkerConfig,
  type ScheduleConfig,
} from '../config';

export type ConfigPart<T> = { readonly value: T } | { readonly problem: string };

export interface CheckupConfig {
  readonly programs: readonly CheckedProgram[];
  /** Variables with a name of ours that no program reads. */
  readonly strangers: readonly string[];
  readonly temporal: ConfigPart<TemporalConfig>;
  readonly schedule: ConfigPart<ScheduleConfig>;
  readonly lake: ConfigPart<ReturnType<typeof loadLakeConfig>>;
  readonly stream: ConfigPart<ReturnType<typeof loadStreamConfig>>;
  readonly table: ConfigPart<ReturnType<typeof loadTableConfig>>;
  readonly sagemaker: ConfigPart<AwsEndpoint>;
  readonly alerts: ConfigPart<AlertConfig & { readonly aws: AwsEndpoint }>;
  /** Absent where the settings let no run watch serving after its publish. */
  readonly servingWatch?: ConfigPart<ServingWatch>;
  /** Of a collector on this machine. */
  readonly spool?: { readonly dir: string; readonly maxBytes: number };
}

/** Where serving processes report to, and whether those of this machine do. */
export interface ServingWatch {
  readonly table: string;
  readonly aws: AwsEndpoint;
  readonly servingHereIsSilent: boolean;
}

export interface CheckedProgram {
  readonly program: string;
  /** What it reads, of what is set. */
  readonly variables: readonly string[];
  /** Each by the name of its variable; empty: it can start. */
  readonly problems: readonly string[];
}

const ownVariable = /^(FRONTPAGE|COLLECTOR|SERVING|CODEC_SERVER)_/;

/** Programs that need not run beside a worker are looked at where any of their variables is set. */
export function loadCheckupConfig(environment: Environment): CheckupConfig {
  const set = Object.keys(environment).filter((name) => environment[name] !== undefined);
  const worker = loadNoting('worker', loadWorkerConfig, environment);
  const schedule = loadNoting('schedule', loadScheduleConfig, environment);
  const collector = loadNoting('collector', loadCollectorConfig, environment);
  const serving = loadNoting('serving', loadServingConfig, environment);
  const codec = loadNoting('codec server', loadCodecServerConfig, environment);
  const here = [
    worker,
    schedule,
    ...[collector, serving, codec].filter(({ prefix }) => set.some((name) => name.startsWith(prefix))),
  ];
  const known = new Set([worker, schedule, collector, serving, codec].flatMap(({ asked }) => asked));
  return {
    programs: here.map(({ program, asked, part }) => ({
      program,
      variables: asked.filter((name) => set.includes(name)),
      problems: 'problem' in part ? part.problem.split('; ') : [],
    })),
    strangers: set.filter((name) => ownVariable.test(name) && !known.has(name)),
    temporal: partOf(() => loadTemporalConfig(environment)),
    schedule: schedule.part,
    lake: partOf(() => loadLakeConfig(environment)),
    stream: partOf(() => loadStreamConfig(environment)),
    table: partOf(() => loadTableConfig(environment)),
    sagemaker: partOf(() => awsEndpoint(environment, 'SAGEMAKER')),
    alerts: partOf(() => ({ ...loadAlertConfig(environment), aws: awsEndpoint(environment, 'SNS') })),
    ...(watchSecondsOf(schedule.part) === 0
      ? {}
      : {
          servingWatch: partOf(() => ({
            table: loadTableConfig(environment).table,
            aws: awsEndpoint(environment, 'CLOUDWATCH'),
            servingHereIsSilent:
              here.includes(serving) && 'value' in serving.part && serving.part.value.report === undefined,
          })),
        }),
    ...(here.includes(collector) && 'value' in collector.part
      ? { spool: { dir: collector.part.value.spoolDir, maxBytes: collector.part.value.spoolMaxBytes } }
      : {}),
  };
}

function watchSecondsOf(schedule: ConfigPart<ScheduleConfig>): number {
  return 'value' in schedule ? (schedule.value.settings.publish?.watchSeconds ?? 0) : 0;
}

interface LoadedProgram<T> {
  readonly program: string;
  /** Of the names of its own variables. */
  readonly prefix: string;
  /** Names of all variables that it asks for. */
  readonly asked: readonly string[];
  readonly part: ConfigPart<T>;
}

function loadNoting<T>(
  program: string,
  load: (environment: Environment) => T,
  environment: Environment,
): LoadedProgram<T> {
  const asked = new Set<string>();
  let listed: string | symbol | undefined;
  const noting = new Proxy(environment, {
    // Whoever copies all variables looks at the description of each before its value, and asks for none by its name.
    getOwnPropertyDescriptor(target, name) {
      listed = name;
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    get(target, name) {
      if (typeof name !== 'string') return undefined;
      if (name !== listed) asked.add(name);
      listed = undefined;
      return target[name];
    },
  });
  const part = partOf(() => load(noting));
  return { program, prefix: `${program.toUpperCase().replace(' ', '_')}_`, asked: [...asked].sort(), part };
}

function partOf<T>(load: () => T): ConfigPart<T> {
  try {
    return { value: load() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

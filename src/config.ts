/**
 * The environment, read once and typed, a part for each program and thing. These are the only readers of process.env in src; a bad
 * value fails naming its variable.
 */
import type { Environment } from './config/environment';

export { type AlertConfig, loadAlertConfig } from './config/alerts';
export { type CodecServerConfig, loadCodecServerConfig } from './config/codecServer';
export { type CollectorConfig, loadCollectorConfig } from './config/collector';
export { awsEndpoint, ConfigError, type Environment } from './config/environment';
export { loadOperatorConfig, type OperatorConfig } from './config/operator';
export { loadLakeConfig, loadStreamConfig, loadTableConfig } from './config/places';
export { loadScheduleConfig, type ScheduleConfig } from './config/schedule';
export { loadServingConfig, type ServingConfig } from './config/serving';
export { loadFreshSettings, loadPipelineSettings, loadRunWatchInput, loadSettings } from './config/settings';
export { loadTemporalConfig } from './config/temporal';
export { loadWorkerConfig, type WorkerConfig } from './config/worker';

/** All variables, for a doctor. */
export function processEnvironment(): Environment {
  return process.env;
}

/** Names and shapes shared by client, worker and workflow. Changing one is a change of version: histories carry them. */
export * from './contract/activities';
export * from './contract/clicks';
export * from './contract/freshLoop';
export * from './contract/model';
export * from './contract/names';
export * from './contract/pastDays';
export * from './contract/publishing';
export * from './contract/runs';
export * from './contract/settings';
export * from './contract/training';

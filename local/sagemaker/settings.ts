/** What can be set at the start and changed while the server runs; all times in seconds of the wall clock. */
import { z } from 'zod';

const seconds = z.number().min(0);

const settingsSchema = z.strictObject({
  /** From capacity to Downloading, at every start. */
  startupSeconds: seconds,
  /** Without capacity, before the first start of a Spot job. */
  spotWaitSeconds: seconds,
  /** Without capacity, after a reclaim. */
  recoveryWaitSeconds: seconds,
  /** The service shows the discount as fewer billable seconds; real ratios were 0.54 to 0.78. */
  spotDiscount: z.number().min(0).max(0.99),
  /** Between SIGTERM and SIGKILL when a job is stopped; the service gives 120. */
  stopGraceSeconds: seconds.max(120),
  /** One more checkpoint round when a trainer ended by itself or was stopped; not documented of the service. */
  finalCheckpointSync: z.boolean(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const settingsChangeSchema = settingsSchema.partial();
export type SettingsChange = z.infer<typeof settingsChangeSchema>;

export const defaultSettings: Settings = {
  startupSeconds: 1,
  spotWaitSeconds: 0,
  recoveryWaitSeconds: 1,
  spotDiscount: 0.65,
  stopGraceSeconds: 120,
  finalCheckpointSync: false,
};

/** Throws when a change is outside its limits; members that are `undefined` change nothing. */
export function changeSettings(settings: Settings, change: SettingsChange): Settings {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return settingsSchema.parse({ ...settings, ...Object.fromEntries(given) });
}

/** What can be set at the start and changed while the server runs; all times in seconds of the wall clock. */
import { z } from 'zod';

const seconds = z.number().min(0);

const settingsSchema = z.strictObject({
  /** From CreateDeliveryStream to ACTIVE. */
  creatingSeconds: seconds,
  /** Between two attempts to deliver an object, or to put metrics. */
  retrySeconds: seconds.positive(),
  /** How long a moved clock or a flush waits for S3 before it answers that it could not. */
  waitSeconds: seconds.positive(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const settingsChangeSchema = settingsSchema.partial();
export type SettingsChange = z.infer<typeof settingsChangeSchema>;

export const defaultSettings: Settings = { creatingSeconds: 0, retrySeconds: 1, waitSeconds: 30 };

/** Throws when a change is outside its limits; members that are `undefined` change nothing. */
export function changeSettings(settings: Settings, change: SettingsChange): Settings {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return settingsSchema.parse({ ...settings, ...Object.fromEntries(given) });
}

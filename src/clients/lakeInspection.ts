/** What a doctor asks about the bucket of the lake. Every method throws `AwsFault`. */
import type { ExpiryRule, PublicAccess } from '../domain/checkupLake';
import type { ClockReading } from '../domain/checkupMachine';

export interface LakeInspection {
  /** Undefined when the answer tells no time. */
  reach(): Promise<ClockReading | undefined>;
  list(): Promise<void>;
  write(key: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Undefined when the bucket has no such configuration. */
  publicAccess(): Promise<PublicAccess | undefined>;
  /** Rules that are in force and remove current objects. */
  expiryRules(): Promise<ExpiryRule[]>;
}

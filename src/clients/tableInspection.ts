/** What a doctor asks about the recommendation table. Every method throws `AwsFault`. */
import type { TableDescription, TimeToLive } from '../domain/checkupTable';

export interface TableInspection {
  describe(): Promise<TableDescription>;
  timeToLive(): Promise<TimeToLive>;
  /** Whether point-in-time recovery is on. */
  recovery(): Promise<boolean>;
}

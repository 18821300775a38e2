/** What a doctor asks about the delivery stream. Throws `AwsFault`. */
import type { StreamDescription } from '../domain/checkupStream';

export interface StreamInspection {
  describe(): Promise<StreamDescription>;
}

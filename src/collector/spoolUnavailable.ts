/** Why the spool did not take clicks. */
export type UnavailableReason = 'spool-full' | 'disk' | 'busy' | 'closing';

/** The clicks are not on disk, and nothing of them counts. The message is for the sender. */
export class SpoolUnavailable extends Error {
  override readonly name = 'SpoolUnavailable';
  constructor(
    readonly reason: UnavailableReason,
    message: string,
  ) {
    super(message);
  }
}

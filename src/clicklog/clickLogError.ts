/** What is wrong with a log, or with where it shall go, in one sentence for the operator. */
export class ClickLogError extends Error {
  override readonly name = 'ClickLogError';
}

/** The check of `x-api-key`, in a time that does not depend on how much of the key is right. */
import { createHash, timingSafeEqual } from 'node:crypto';

export function createApiKeyCheck(apiKey: string): (given: unknown) => boolean {
  const expected = digest(apiKey);
  return (given) => typeof given === 'string' && timingSafeEqual(digest(given), expected);
}

/** Digests have one length, which the comparison needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Waiting for something no longer than it is worth. */

export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** The outcome of the work, or `TookTooLong` after the limit; the work then goes on, and nobody waits for it. */
export function withinMs<T>(work: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // When this process was busy, the outcome may have come in time and not have been looked at yet.
      setImmediate(() => reject(new TookTooLong(`no answer within ${limitMs} ms`)));
    }, limitMs);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

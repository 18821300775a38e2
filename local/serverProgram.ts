/** A local server as a program: says where it listens, ends in order on a signal, and explains flags that are wrong. */
import { z } from 'zod';

export interface ListeningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** `start` throws `ZodError` for flags that are wrong; `usage` is printed then. */
export function runServerProgram(name: string, usage: string, start: () => Promise<ListeningServer>): void {
  const fail = (error: unknown): void => {
    console.error(error instanceof z.ZodError ? `${z.prettifyError(error)}\n${usage}` : error);
    process.exitCode = 1;
  };
  start().then((server) => {
    console.log(`${name} listens on ${server.url}`);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        server.close().then(
          () => process.exit(0),
          (error: unknown) => {
            fail(error);
            process.exit(1);
          },
        );
      });
    }
  }, fail);
}

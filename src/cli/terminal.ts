/** Where a command prints and asks. A port, so that tests can sit at the terminal. */
import { createInterface } from 'node:readline';

export interface Terminal {
  /** A human reads what is printed, and lines that are out of date can be drawn over. */
  readonly isScreen: boolean;
  /** Somebody can answer a question. */
  readonly canAsk: boolean;
  print(text: string): void;
  complain(text: string): void;
  /** Shows these lines in the place of the last ones that were shown so. Of a screen only. */
  redraw(lines: readonly string[]): void;
  /** What was typed; nothing when the question was left by Ctrl-C or Ctrl-D. */
  ask(question: string): Promise<string>;
}

/** Streams of a process; where one is a terminal, it says so, and how large it is if it knows. */
export interface TerminalStreams {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
  readonly stderr: NodeJS.WritableStream;
}

export function processTerminal({ stdin, stdout, stderr }: TerminalStreams = process): Terminal {
  let shown = 0;
  return {
    isScreen: stdout.isTTY ?? false,
    canAsk: (stdin.isTTY ?? false) && (stdout.isTTY ?? false),
    print: (text) => void stdout.write(`${text}\n`),
    complain: (text) => void stderr.write(`${text}\n`),
    redraw(lines) {
      // A line that wraps, or one above the screen, could not be drawn over. Some terminals say 0 for a size they do not know.
      const [columns, rows] = [stdout.columns || 80, stdout.rows || 24];
      const fitting = lines.slice(0, rows - 1).map((line) => line.slice(0, columns - 1));
      stdout.write(`${shown === 0 ? '' : `\u001b[${shown}A`}\u001b[J${fitting.map((line) => `${line}\n`).join('')}`);
      shown = fitting.length;
    },
    ask: (question) =>
      new Promise((resolve) => {
        const asking = createInterface({ input: stdin, output: stdout });
        asking.once('close', () => resolve(''));
        asking.question(question, (typed) => {
          resolve(typed);
          asking.close();
        });
      }),
  };
}

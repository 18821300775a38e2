/** A terminal that a test sits at: what is printed is kept, and answers are given as they were laid out. */
import type { Terminal } from '../../src/cli/terminal';

export interface FakeTerminal extends Terminal {
  readonly printed: string[];
  readonly complaints: string[];
  readonly screens: (readonly string[])[];
  readonly questions: string[];
}

/** Without answers nobody is there to be asked. */
export function fakeTerminal({
  isScreen = false,
  answers,
}: {
  readonly isScreen?: boolean;
  readonly answers?: readonly string[];
} = {}): FakeTerminal {
  const left = [...(answers ?? [])];
  const terminal: FakeTerminal = {
    printed: [],
    complaints: [],
    screens: [],
    questions: [],
    isScreen,
    canAsk: answers !== undefined,
    print: (text) => void terminal.printed.push(text),
    complain: (text) => void terminal.complaints.push(text),
    redraw: (lines) => void terminal.screens.push(lines),
    ask: async (question) => {
      terminal.questions.push(question);
      return left.shift() ?? '';
    },
  };
  return terminal;
}

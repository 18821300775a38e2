import { PassThrough } from 'node:stream';
import { processTerminal } from '../../src/cli/terminal';

function streams(size: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY: size.isTTY ?? false });
  const stdout = Object.assign(new PassThrough(), size);
  const stderr = new PassThrough();
  const seen = (): string => String(stdout.read() ?? '');
  return { terminal: processTerminal({ stdin, stdout, stderr }), stdin, seen, complaints: () => String(stderr.read()) };
}

describe('the terminal of a process', () => {
  it('is no screen when it is a pipe, and nobody can be asked there', () => {
    const { terminal, seen, complaints } = streams();
    expect([terminal.isScreen, terminal.canAsk]).toEqual([false, false]);
    terminal.print('one');
    terminal.complain('two');
    expect([seen(), complaints()]).toEqual(['one\n', 'two\n']);
  });

  it('draws over the lines that it drew last, and no line wraps', () => {
    const { terminal, seen } = streams({ isTTY: true, columns: 6, rows: 10 });
    terminal.redraw(['a', '123456789']);
    terminal.redraw(['b']);
    terminal.redraw([]);
    expect(seen()).toBe('\u001b[Ja\n12345\n\u001b[2A\u001b[Jb\n\u001b[1A\u001b[J');
  });

  it('shows no more lines than it has', () => {
    const { terminal, seen } = streams({ isTTY: true, columns: 0, rows: 3 });
    terminal.redraw(['a', 'b', 'c', 'd']);
    expect(seen()).toBe('\u001b[Ja\nb\n');
  });

  it('gives back what was typed', async () => {
    const { terminal, stdin, seen } = streams({ isTTY: true });
    const answer = terminal.ask('Type sweep to go on: ');
    stdin.write('sweep\n');
    expect(await answer).toBe('sweep');
    expect(seen()).toContain('Type sweep to go on: ');
  });

  it('takes a question that was left for an empty answer', async () => {
    const { terminal, stdin } = streams({ isTTY: true });
    const answer = terminal.ask('Type sweep to go on: ');
    stdin.end();
    expect(await answer).toBe('');
  });
});

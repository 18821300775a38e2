/** Where no channel is set: alerts are one line each in the log of the worker, and nobody is called. */
import type { Notifier } from './notifier';

export type WriteLine = (level: 'info' | 'warn', line: string, facts: Readonly<Record<string, string>>) => void;

export function createLogNotifier(writeLine: WriteLine): Notifier {
  return {
    channel: 'log',
    async send({ kind, severity, runDate, title, text, link }) {
      writeLine(severity === 'notice' ? 'info' : 'warn', title, { alert: kind, severity, runDate, text, link });
    },
  };
}

/** `frontpage doctor`: whether everything is there and right that Frontpage stands on, and how to mend what is not. */
import type { Command } from 'commander';
import { type Environment, processEnvironment } from '../config';
import type { Finding, Verdict } from '../domain/finding';
import { wholeNumber } from './arguments';
import type { Desk } from './desk';
import { alertProbes } from './doctorAlerts';
import { loadCheckupConfig } from './doctorConfig';
import { lakeProbes, machineProbes, streamProbes, tableProbes, trainingProbes } from './doctorProbes';
import { type Checkup, runProbes } from './doctorRun';
import { servingProbes } from './doctorServing';
import { temporalProbes } from './doctorTemporal';
import { exitCodes } from './exitCodes';
import { answer, type OutputOptions, withOutput } from './output';

interface DoctorOptions extends OutputOptions {
  /** Seconds. */
  readonly timeout: number;
  readonly sendTestAlert?: true;
}

export function addDoctor(program: Command, { terminal, endWith }: Desk): void {
  withOutput(
    program
      .command('doctor')
      .description('check what Frontpage stands on, and say how to mend what is wrong')
      .option('--timeout <seconds>', 'how long each answer is waited for', wholeNumber(1, 600), 15)
      .option('--send-test-alert', 'send an alert that says it is a test, wherever alerts go'),
  ).action(async (options: DoctorOptions) => {
    const { findings, hung } = await examine(
      processEnvironment(),
      options.timeout * 1000,
      options.sendTestAlert ?? false,
    );
    answer(terminal, options, { well: isWell(findings), findings }, describeFindings(findings));
    endWith(isWell(findings) ? exitCodes.done : exitCodes.failed);
    // What has not answered yet would keep the process alive for as long as it hangs.
    if (hung) setImmediate(() => process.exit());
  });
}

export async function examine(environment: Environment, timeoutMs: number, sendTestAlert = false): Promise<Checkup> {
  const config = loadCheckupConfig(environment);
  const temporal = temporalProbes(config);
  const probes = [
    ...machineProbes(config),
    ...temporal.probes,
    ...lakeProbes(config),
    ...streamProbes(config, Date.now()),
    ...tableProbes(config),
    ...trainingProbes(config),
    ...servingProbes(config, Date.now()),
    ...alertProbes(config, sendTestAlert, Date.now()),
  ];
  const checkup = await runProbes(probes, timeoutMs);
  const closed = temporal.close();
  // A connection that hangs in its making cannot be closed either.
  if (!checkup.hung) await closed;
  return checkup;
}

/** Warnings are for somebody to look at, and stop nothing. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== 'failure');
}

const marks: Readonly<Record<Verdict, string>> = { ok: 'ok', warning: 'warn', failure: 'FAIL', 'not checked': '-' };

/** A line for each finding, below it how to mend it, and a last one with the sum. */
export function describeFindings(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const count = (verdict: Verdict): number => findings.filter((each) => each.verdict === verdict).length;
  const some = (verdict: 'warning' | 'failure'): string =>
    `${count(verdict)} ${verdict}${count(verdict) === 1 ? '' : 's'}`;
  return [
    ...findings.flatMap(({ what, verdict, found, mend }) => [
      `${marks[verdict].padEnd(4)}  ${what.padEnd(width)}  ${found}`,
      ...(mend === undefined ? [] : [`${' '.repeat(width + 8)}mend: ${mend}`]),
    ]),
    `${count('ok')} ok, ${some('warning')}, ${some('failure')}, ${count('not checked')} not checked`,
  ];
}

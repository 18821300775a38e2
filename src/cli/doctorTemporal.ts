/** What a doctor looks at in Temporal, over one connection. */
import type { Client } from '@temporalio/client';
import { connectClient } from '../clients/temporalClient';
import { pollersOf, registeredSearchAttributes, retentionDays, serverVersion } from '../clients/temporalInspection';
import { freshTaskQueue, searchAttributes, taskQueue } from '../contract';
import { judgeNamespace, judgePollers, judgeSearchAttributes } from '../domain/checkupTemporal';
import { broken, doubtful, fine, type Judgement, notChecked } from '../domain/finding';
import { type CheckedSchedule, checkSchedules, describeChecked, isDrift } from '../schedules/check';
import { wantedSchedules } from '../schedules/wanted';
import type { CheckupConfig } from './doctorConfig';
import type { Probe } from './doctorRun';

export interface TemporalProbes {
  readonly probes: Probe[];
  /** Ends the connection, when there is one. */
  close(): Promise<void>;
}

const reached = 'Temporal';
const inNamespace = 'Temporal namespace';

export function temporalProbes({ temporal, schedule }: CheckupConfig): TemporalProbes {
  if ('problem' in temporal) {
    return { probes: [{ what: reached, run: async () => notChecked(temporal.problem) }], close: async () => undefined };
  }
  const { connectionOptions, namespace = 'default' } = temporal.value;
  const address = connectionOptions.address ?? '127.0.0.1:7233';
  let connecting: Promise<Client> | undefined;
  const connected = (): Promise<Client> => (connecting ??= connectClient(temporal.value));
  const ask = (what: string, judge: (client: Client) => Promise<Judgement>): Probe => ({
    what,
    needs: inNamespace,
    run: async () => judge(await connected()),
  });
  return {
    probes: [
      {
        what: reached,
        run: async () => {
          try {
            return fine(`${address}, server ${await serverVersion(await connected())}`);
          } catch (error) {
            const reason = error instanceof Error ? error.message : String(error);
            return broken(
              `${address}: ${reason}`,
              'start the server, or correct TEMPORAL_ADDRESS, TEMPORAL_TLS… and TEMPORAL_API_KEY',
            );
          }
        },
      },
      {
        what: inNamespace,
        needs: reached,
        run: async () => judgeNamespace(await retentionDays(await connected()), namespace),
      },
      ask('search attributes', async (client) =>
        judgeSearchAttributes(await registeredSearchAttributes(client), Object.values(searchAttributes)),
      ),
      ask('schedules', async (client) => {
        if ('problem' in schedule) return notChecked(schedule.problem);
        return judgeSchedules(await checkSchedules(client, wantedSchedules(schedule.value)));
      }),
      ...[taskQueue, freshTaskQueue].map((queue) =>
        ask(`task queue ${queue}`, async (client) => judgePollers(await pollersOf(client, queue), Date.now())),
      ),
    ],
    close: async () => {
      try {
        await (await connecting)?.connection.close();
      } catch {
        // It never was one; the probe said so.
      }
    },
  };
}

function judgeSchedules(checked: readonly CheckedSchedule[]): Judgement {
  const told = (those: readonly CheckedSchedule[]): string => those.flatMap(describeChecked).join('; ');
  const drifted = checked.filter(isDrift);
  if (drifted.length > 0) return broken(told(drifted), "'npm run schedule' applies what the code wants");
  const paused = checked.filter(({ pause }) => pause !== undefined);
  if (paused.length > 0) {
    return doubtful(
      told(paused),
      'when the reason for the pause is over: temporal schedule toggle --unpause --schedule-id <id> --reason <text>',
    );
  }
  return fine(`${checked.length} are as wanted`);
}

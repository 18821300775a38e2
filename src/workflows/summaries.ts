/**
 * What each activity is about, in the Temporal UI beside its name: eight loads at once are told apart. Runs in the sandbox as
 * an interceptor; a summary changes nothing that a replay compares.
 */
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import type { Activities } from '../contract';
import { field } from '../domain/field';

/** Of the activity's input; a summary that says nothing is none. */
type Summary = (input: unknown) => string;

const all = (...names: readonly string[]): Summary => {
  return (input) =>
    names
      .map((name) => text(input, name))
      .join(' ')
      .trim();
};

const summaries: Readonly<Record<keyof Activities, Summary>> = {
  checkReadiness: all('runDate'),
  freezeManifest: all('runDate'),
  sweepLate: all('runDate'),
  estimateTraining: all('runDate'),
  startTraining: (input) => {
    const rung = field(input, 'rung');
    return `attempt ${text(input, 'attempt')} on ${text(rung, 'instanceType')} ${text(rung, 'market')}`;
  },
  waitForTraining: all('jobName'),
  stopTraining: all('jobName'),
  keepInteractions: all('version'),
  evaluateModel: all('version'),
  chooseBlend: all('version'),
  holdVersion: all('version'),
  loadShards: (input) => {
    const group = field(input, 'group');
    const number = typeof group === 'number' ? String(group + 1) : '';
    return `${text(input, 'version')}, part ${number} of ${text(input, 'groups')}`;
  },
  bulkLoad: all('version'),
  verifyLoad: all('version'),
  readLive: () => '',
  publish: all('version'),
  rollBack: (input) => `${text(field(input, 'from'), 'version')} to ${text(input, 'toVersion')}`,
  watchServing: (input) => `for ${text(input, 'watchSeconds')} s`,
  planSweep: (input) => `all but ${text(input, 'keepVersions')} versions`,
  sweepVersion: all('version'),
  eraseReader: all('hash'),
  closeErasure: all('hash'),
  writeReport: all('runDate', 'outcome'),
  sendAlert: all('kind'),
  watchSchedule: all('scheduleId'),
  countFreshClicks: () => '',
  publishFreshLists: () => '',
};

function text(input: unknown, name: string): string {
  const value = field(input, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

const byName = new Map<string, Summary>(Object.entries(summaries));

export function summaryOf(activity: string, input: unknown): string | undefined {
  return byName.get(activity)?.(input) || undefined;
}

export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: (input, next) => {
        const summary = input.options.summary ?? summaryOf(input.activityType, input.args[0]);
        return next(summary === undefined ? input : { ...input, options: { ...input.options, summary } });
      },
    },
  ],
});

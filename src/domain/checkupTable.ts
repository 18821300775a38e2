/** What the recommendation table must be like. */
import { broken, doubtful, fine, type Judgement, together } from './finding';

export interface TableDescription {
  readonly status: string;
  /** Like `pk:S:HASH`, in their order. */
  readonly keys: readonly string[];
  /** Absent: on demand. */
  readonly provisionedWriteUnits?: number;
  readonly deletionProtected: boolean;
}

export interface TimeToLive {
  readonly status: string;
  /** Absent: none was named. */
  readonly attribute?: string;
}

const wantedKeys = ['pk:S:HASH', 'sk:S:RANGE'];
export const expiryAttribute = 'expires_at';

export function judgeTable(table: TableDescription, name: string, maxUnitsPerSecond: number): Judgement {
  const problems: Judgement[] = [];
  if (table.status !== 'ACTIVE') problems.push(broken(`the table is ${table.status}`, 'wait until it is ACTIVE'));
  if (table.keys.join() !== wantedKeys.join()) {
    problems.push(
      broken(
        `its keys are ${table.keys.join(', ')}, wanted ${wantedKeys.join(', ')}`,
        'keys cannot be changed: make another table',
      ),
    );
  }
  const units = table.provisionedWriteUnits;
  if (units !== undefined && units < maxUnitsPerSecond) {
    problems.push(
      doubtful(
        `it is provisioned for ${units} write units a second, and load.maxUnitsPerSecond is ${maxUnitsPerSecond}`,
        'lower load.maxUnitsPerSecond, or let the table be billed on demand',
      ),
    );
  }
  if (!table.deletionProtected) {
    problems.push(
      doubtful(
        'it can be deleted by mistake',
        `aws dynamodb update-table --deletion-protection-enabled --table-name ${name}`,
      ),
    );
  }
  return together(problems, units === undefined ? 'billed on demand' : `provisioned for ${units} write units a second`);
}

export function judgeTimeToLive({ status, attribute }: TimeToLive, name: string): Judgement {
  const mend =
    `aws dynamodb update-time-to-live --table-name ${name} ` +
    `--time-to-live-specification Enabled=true,AttributeName=${expiryAttribute}`;
  if (status !== 'ENABLED' && status !== 'ENABLING') {
    return broken('items never expire: time to live is off', mend);
  }
  return attribute === expiryAttribute
    ? fine(`items expire by ${attribute}`)
    : broken(`items expire by '${attribute ?? ''}', wanted '${expiryAttribute}'`, mend);
}

export function judgeRecovery(on: boolean, name: string): Judgement {
  return on
    ? fine('point-in-time recovery is on')
    : doubtful(
        'point-in-time recovery is off: what is deleted by mistake is gone until the next run',
        `aws dynamodb update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
      );
}

/** Where a value is not what it should be, place by place; for what was configured once and may have been changed since. */

export interface Difference {
  /** From the root, like `policies.overlap` or `action.args[0].settings.historyDays`. */
  readonly path: string;
  /** Absent: there is nothing. */
  readonly is?: unknown;
  readonly wanted?: unknown;
}

/** Of two values as JSON knows them. Lists are compared place by place, since their order matters. */
export function differences(is: unknown, wanted: unknown, path = ''): Difference[] {
  if (isRecord(is) && isRecord(wanted)) {
    const names = [...new Set([...Object.keys(wanted), ...Object.keys(is)])];
    return names.flatMap((name) => differences(is[name], wanted[name], path === '' ? name : `${path}.${name}`));
  }
  if (Array.isArray(is) && Array.isArray(wanted) && is.length === wanted.length) {
    return wanted.flatMap((each: unknown, index) => differences(is[index], each, `${path}[${index}]`));
  }
  if (JSON.stringify(is) === JSON.stringify(wanted)) return [];
  return [{ path, ...(is === undefined ? {} : { is }), ...(wanted === undefined ? {} : { wanted }) }];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function describeDifference({ path, is, wanted }: Difference): string {
  return `${path} is ${describe(is)}, wanted ${describe(wanted)}`;
}

function describe(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

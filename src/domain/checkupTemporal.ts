/** What the Temporal namespace must have before runs can go on in it. */
import { broken, doubtful, fine, type Judgement, together } from './finding';

/** Runs of a month can be asked for together. */
const minRetentionDays = 31;

/** `days` is undefined when there is no such namespace. */
export function judgeNamespace(days: number | undefined, namespace: string): Judgement {
  if (days === undefined) {
    return broken(`there is no namespace '${namespace}'`, `temporal operator namespace create -n ${namespace}`);
  }
  const found = `'${namespace}' keeps runs that are over for ${days} ${days === 1 ? 'day' : 'days'}`;
  return days < minRetentionDays
    ? doubtful(
        `${found}: a month of them cannot be looked at`,
        `temporal operator namespace update -n ${namespace} --retention ${minRetentionDays * 24}h`,
      )
    : fine(found);
}

export interface NamedType {
  readonly name: string;
  readonly type: string;
}

export function judgeSearchAttributes(
  registered: Readonly<Record<string, string>>,
  wanted: readonly NamedType[],
): Judgement {
  const missing = wanted.filter(({ name }) => registered[name] === undefined).map(({ name }) => name);
  const clashing = wanted.filter(({ name, type }) => registered[name] !== undefined && registered[name] !== type);
  return together(
    [
      ...(missing.length === 0
        ? []
        : [
            broken(
              `not registered: ${missing.join(', ')}`,
              "'npm run schedule' registers them; without them no run goes on",
            ),
          ]),
      ...clashing.map(({ name, type }) =>
        broken(
          `${name} is of type ${registered[name]}, wanted ${type}`,
          `temporal operator search-attribute remove --name ${name}, then 'npm run schedule'`,
        ),
      ),
    ],
    `${wanted.length} are registered`,
  );
}

export interface Poller {
  readonly identity: string;
  readonly lastSeenMs: number;
  /** Of the worker's code. */
  readonly build: string;
}

/** A poll lasts a minute at most, and the server remembers a poller for five. */
const silentMs = 75_000;

export function judgePollers(pollers: readonly Poller[], nowMs: number): Judgement {
  const mend = "start a worker: 'npm run worker'";
  const awake = pollers.filter(({ lastSeenMs }) => nowMs - lastSeenMs <= silentMs);
  const newest = Math.max(...pollers.map(({ lastSeenMs }) => lastSeenMs));
  if (pollers.length === 0) return broken('no worker polls it', mend);
  if (awake.length === 0) return broken(`no worker has polled it for ${Math.round((nowMs - newest) / 1000)} s`, mend);
  const builds = [...new Set(awake.map(({ build }) => build).filter((build) => build !== ''))];
  const workers = [...new Set(awake.map(({ identity }) => identity))];
  const found = `polled by ${workers.join(', ')}${builds.length === 0 ? '' : `, build ${builds.join(' and ')}`}`;
  return builds.length > 1
    ? doubtful(found, 'let one build take over: runs of two builds at once are for the time of a deployment')
    : fine(found);
}

/** Runs probes beside one another, each within its time: one that hangs delays no other. */
import { AwsFault, type AwsFaultKind } from '../clients/awsFault';
import { broken, type Finding, type Judgement, notChecked } from '../domain/finding';

export interface Probe {
  readonly what: string;
  /** Another probe, without whose success this one could only fail for the same reason. */
  readonly needs?: string;
  run(): Promise<Judgement>;
}

export interface Checkup {
  readonly findings: readonly Finding[];
  /** A probe has not come back, and would keep the process from ending. */
  readonly hung: boolean;
}

/** Findings are in the order of the probes. */
export async function runProbes(probes: readonly Probe[], timeoutMs: number): Promise<Checkup> {
  const started = new Map<string, Promise<Judgement>>();
  let hung = false;
  const start = (probe: Probe): Promise<Judgement> => {
    const running = started.get(probe.what) ?? run(probe);
    started.set(probe.what, running);
    return running;
  };
  const run = async (probe: Probe): Promise<Judgement> => {
    const needed = probes.find(({ what }) => what === probe.needs);
    if (needed !== undefined) {
      const { verdict } = await start(needed);
      if (verdict === 'failure' || verdict === 'not checked') return notChecked(`needs '${needed.what}'`);
    }
    const judged = await withinMs(timeoutMs, answered(probe));
    hung ||= judged === undefined;
    return (
      judged ??
      broken(
        `no answer within ${timeoutMs / 1000} s`,
        'look at the network on the way there, or allow more with --timeout',
      )
    );
  };
  const findings = await Promise.all(probes.map(async (probe) => ({ what: probe.what, ...(await start(probe)) })));
  return { findings, hung };
}

async function answered(probe: Probe): Promise<Judgement> {
  try {
    return await probe.run();
  } catch (error) {
    if (error instanceof AwsFault) return broken(error.message, mendsOf[error.kind](error.action));
    return broken(error instanceof Error ? error.message : String(error), 'see the message');
  }
}

const mendsOf: Readonly<Record<AwsFaultKind, (action: string) => string>> = {
  refused: (action) => `allow ${action} to the identity that this runs as`,
  missing: () => 'make it, or correct its name in the environment',
  'no credentials': () =>
    'give the AWS SDK credentials: a role, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  'bad credentials': () => 'renew the credentials: these are expired, or of no account',
  'wrong clock': () => "set this machine's clock: AWS refuses what is signed by it",
  'another region': () => 'set AWS_REGION to the region where it is',
  unreachable: () => 'look at the network, at AWS_REGION and at AWS_ENDPOINT_URL',
  other: () => 'see the message',
};

/** Undefined when the time is over first. */
async function withinMs<T>(timeoutMs: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

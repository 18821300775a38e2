/** What the bucket of the lake must be like. */
import { broken, doubtful, fine, type Judgement, together } from './finding';

export interface PublicAccess {
  readonly blocksAcls: boolean;
  readonly ignoresAcls: boolean;
  readonly blocksPolicies: boolean;
  readonly restrictsBuckets: boolean;
}

export interface ExpiryRule {
  readonly id: string;
  /** Empty: the whole bucket. */
  readonly prefix: string;
  /** After which objects are removed. */
  readonly days: number;
}

/** `access` is absent when the bucket has no such configuration. */
export function judgePublicAccess(access: PublicAccess | undefined, bucket: string): Judgement {
  const mend =
    `aws s3api put-public-access-block --bucket ${bucket} --public-access-block-configuration ` +
    'BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true';
  if (access === undefined) return doubtful('the bucket itself blocks no public access; the account may', mend);
  const open = Object.entries(access).filter(([, blocked]) => blocked !== true);
  return open.length === 0
    ? fine('public access is blocked')
    : doubtful(`public access is not wholly blocked: not ${open.map(([name]) => name).join(', ')}`, mend);
}

/** What the lake keeps without a copy, with what goes wrong when it expires. */
const lasting = [
  {
    prefix: 'erasures/',
    days: Number.POSITIVE_INFINITY,
    why: 'readers who asked to be forgotten would be trained on again',
  },
  { prefix: 'fresh/', days: 2, why: 'the fresh loop would begin anew' },
  { prefix: 'manifests/', days: 8, why: 'a day that is started again would freeze other inputs' },
] as const;

export function judgeExpiry(rules: readonly ExpiryRule[], historyDays: number): Judgement {
  const kept = [
    ...lasting,
    { prefix: 'interactions/', days: historyDays + 1, why: 'training would lack days of historyDays' },
  ];
  const problems = rules.flatMap((rule) =>
    kept
      .filter(({ prefix, days }) => meet(rule.prefix, prefix) && rule.days < days)
      .map(({ prefix, why }) =>
        broken(
          `lifecycle rule '${rule.id}' removes ${rule.prefix === '' ? 'everything' : rule.prefix} after ${rule.days} days, also ${prefix}: ${why}`,
          'give the rule a prefix of its own, such as clicks/ or checkpoints/',
        ),
      ),
  );
  return together(
    problems,
    rules.length === 0
      ? 'no lifecycle rule: nothing is removed, and clicks/ grows'
      : rules
          .map(({ prefix, days }) => `${prefix === '' ? 'everything' : prefix} is removed after ${days} days`)
          .join('; '),
  );
}

/** Whether a rule for one prefix reaches objects below the other. */
function meet(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

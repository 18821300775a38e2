/** Readers who ask the serving API without pause, and remember what they were told and when. */
import { z } from 'zod';
import type { Random } from '../../local/newsroom/random';
import type { Read } from '../support/readHistory';
import { nowMs } from './publishHouse';
import { holds, pageLength, readers } from './publishSets';

const pageSchema = z.object({
  version: z.string().nullable(),
  tier: z.enum(['personal', 'fresh', 'popular', 'static']),
  articles: z.array(z.string()),
  degraded: z.boolean().optional(),
});

export class PublishReaders {
  readonly reads: Read[] = [];
  private over = false;
  private readonly asking: Promise<void>[];

  constructor(
    private readonly servingUrl: string,
    clients: number,
    private readonly random: Random,
  ) {
    this.asking = Array.from({ length: clients }, (_, index) => this.ask(`c${index}`));
  }

  async stop(): Promise<readonly Read[]> {
    this.over = true;
    await Promise.all(this.asking);
    return this.reads;
  }

  private async ask(client: string): Promise<void> {
    while (!this.over) {
      const user = readers[this.random.below(readers.length)] ?? '';
      const invokedAtMs = nowMs();
      const response = await fetch(`${this.servingUrl}/v1/users/${user}/recommendations?limit=${pageLength}`);
      const body = await response.text();
      const times = { client, invokedAtMs, returnedAtMs: nowMs() };
      this.reads.push({ ...times, ...whatWasRead(response.status, body, user) });
    }
  }
}

type Told<R> = R extends unknown ? Omit<R, 'client' | 'invokedAtMs' | 'returnedAtMs'> : never;

function whatWasRead(status: number, body: string, user: string): Told<Read> {
  if (status === 503) return { status: 'refused' };
  if (status !== 200) throw new Error(`serving answered ${status} for reader ${user}: ${body}`);
  const page = pageSchema.parse(JSON.parse(body));
  if (page.degraded === true) return { status: 'degraded', version: page.version };
  // A whole answer of no version would mean that nothing was published, and something was.
  const version = page.version ?? 'none';
  const isAbsent = page.tier !== 'personal' && holds(version, user);
  return { status: isAbsent ? 'absent' : 'own', user, version, hash: page.articles.join(' ') };
}

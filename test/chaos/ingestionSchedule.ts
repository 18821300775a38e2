/** One random schedule: clicks go in while things break; at its end everything acknowledged must be found. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../local/newsroom/random';
import type { ObjectStore } from '../../src/clients/objectStore';
import { type Click, clickLine } from '../../src/domain/click';
import type { IngestionHouse } from './ingestionHouse';
import { judge, type Verdict } from './verdict';

export interface PlayedSchedule {
  readonly seed: number;
  readonly steps: readonly string[];
  readonly acknowledged: ReadonlySet<string>;
  readonly verdict: Verdict;
}

/** How long everything may take to be in the lake once nothing breaks any more. */
const settleMs = 60_000;

export async function playSchedule(house: IngestionHouse, lake: ObjectStore, seed: number): Promise<PlayedSchedule> {
  const sender = new Sender(house, new Random(seed));
  const random = new Random(seed + 1_000_000);
  const steps: string[] = [];
  const count = 6 + random.below(8);
  for (let step = 0; step < count; step++) {
    const name = random.pick(stepNames);
    steps.push(name);
    await play[name](house, sender, random);
  }
  await sender.idle();
  await house.clearFaults();
  await sender.send(3);
  await sender.idle();
  await whenFound(house, lake, sender.acknowledged);
  await house.endCollector();
  await house.flush();
  return { seed, steps, acknowledged: sender.acknowledged, verdict: await judge(lake, sender.acknowledged) };
}

type Step = (house: IngestionHouse, sender: Sender, random: Random) => Promise<void>;

const play = {
  'send clicks': async (_house, sender, random) => sender.send(1 + random.below(200)),
  'send and go on at once': async (_house, sender, random) => {
    void sender.send(1 + random.below(200));
  },
  'kill the collector while it takes clicks': async (house, sender, random) => {
    const sending = sender.send(50 + random.below(300));
    await sleep(random.below(30));
    await house.killCollector();
    await sending;
    // As a browser does whose request broke: the same clicks again.
    if (random.next() < 0.5) await sender.sendBrokenAgain();
  },
  'kill Firehose': async (house) => house.killFirehose(),
  'some records refused': async (house, _sender, random) =>
    house.arm({ fault: 'partial-failure', share: 0.2 + 0.6 * random.next(), calls: 1 + random.below(5) }),
  throttled: async (house, _sender, random) => house.arm({ fault: 'throttle', calls: 1 + random.below(6) }),
  'stored but answered with an error': async (house, _sender, random) =>
    house.arm({ fault: 'fail-after-storing', calls: 1 + random.below(4) }),
  'delivered twice': async (house, _sender, random) =>
    house.arm({ fault: 'duplicate-delivery', objects: 1 + random.below(3) }),
  'delivered late': async (house, _sender, random) =>
    house.arm({ fault: 'delay-delivery', seconds: 1 + random.below(20) }),
  'a moment passes': async (_house, _sender, random) => sleep(random.below(400)),
} as const satisfies Record<string, Step>;

const stepNames: readonly [keyof typeof play, ...(keyof typeof play)[]] = [
  'send clicks',
  'send clicks',
  'send and go on at once',
  'send and go on at once',
  'kill the collector while it takes clicks',
  'kill the collector while it takes clicks',
  'kill Firehose',
  'some records refused',
  'throttled',
  'stored but answered with an error',
  'delivered twice',
  'delivered late',
  'a moment passes',
];

class Sender {
  readonly acknowledged = new Set<string>();
  private broken: (readonly Click[])[] = [];
  private made = 0;
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly house: IngestionHouse,
    private readonly random: Random,
  ) {}

  /** Clicks in several requests at once. */
  async send(count: number): Promise<void> {
    const requests: Click[][] = [];
    for (let left = count; left > 0; ) {
      const size = Math.min(left, 1 + this.random.below(25));
      requests.push(Array.from({ length: size }, () => this.click()));
      left -= size;
    }
    const sending = Promise.all(requests.map((clicks) => this.post(clicks))).then(() => undefined);
    this.underWay.add(sending);
    await sending.finally(() => this.underWay.delete(sending));
  }

  async sendBrokenAgain(): Promise<void> {
    const again = this.broken;
    this.broken = [];
    for (const clicks of again) await this.post(clicks);
  }

  async idle(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private click(): Click {
    this.made += 1;
    return {
      event_id: `e${this.made}`,
      user_id: `r${this.random.below(500)}`,
      article_id: `a${this.random.below(200)}`,
      occurred_at: new Date().toISOString(),
    };
  }

  private async post(clicks: readonly Click[]): Promise<void> {
    try {
      const response = await fetch(this.house.clicksUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: clicks.map(clickLine).join(''),
      });
      await response.arrayBuffer();
      if (response.status === 202) for (const { event_id } of clicks) this.acknowledged.add(event_id);
    } catch {
      // No answer: the clicks may or may not have been taken, and nobody was promised anything.
      this.broken.push(clicks);
    }
  }
}

async function whenFound(house: IngestionHouse, lake: ObjectStore, ids: ReadonlySet<string>): Promise<void> {
  const untilMs = Date.now() + settleMs;
  while (Date.now() < untilMs) {
    await house.flush();
    if ((await judge(lake, ids)).lost.length === 0) return;
    await sleep(200);
  }
}

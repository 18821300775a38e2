/** How many requests each client has sent in its present minute. Why it is written here: docs/decisions/0011-cost-of-a-click.md */

/** Clients that are counted at the same time; the longest unseen are forgotten first. */
const maxClients = 50_000;
const windowMs = 60_000;
/** Longer than any address: what a proxy passes on need not be one. */
const maxAddressLength = 64;

interface Window {
  readonly startedAtMs: number;
  requests: number;
}

export class RequestRate {
  private readonly windows = new Map<string, Window>();

  constructor(readonly requestsPerMinute: number) {}

  /** Counts a request; the seconds after which the client may come again, or `undefined` when it may now. */
  secondsToWait(address: string, nowMs: number): number | undefined {
    const client = clientOf(address.slice(0, maxAddressLength));
    let window = this.windows.get(client);
    if (window === undefined || window.startedAtMs + windowMs <= nowMs) window = { startedAtMs: nowMs, requests: 0 };
    window.requests += 1;
    this.keep(client, window);
    if (window.requests <= this.requestsPerMinute) return undefined;
    return Math.ceil((window.startedAtMs + windowMs - nowMs) / 1000);
  }

  private keep(client: string, window: Window): void {
    this.windows.delete(client);
    this.windows.set(client, window);
    if (this.windows.size <= maxClients) return;
    for (const [longestUnseen] of this.windows) {
      this.windows.delete(longestUnseen);
      return;
    }
  }
}

/** An IPv6 network of 64 bits is one client: whoever has an address of it has them all. */
function clientOf(address: string): string {
  if (!address.includes(':')) return address;
  // An IPv4 address in the clothes of IPv6.
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1);
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const left = address.includes('::')
    ? Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0')
    : [];
  const groups = [...head, ...left, ...tail].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

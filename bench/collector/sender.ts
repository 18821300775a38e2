/** Keep-alive connections that post prepared bodies, as cheaply as a process can, so that the server is the bottleneck. */
import { connect, type Socket } from 'node:net';
import { eventDigits, eventIdOf } from './eventBits';

const placeholder = 0;

/** One connection; one burst of requests at a time. */
export class Connection {
  private readonly socket: Socket;
  private readonly request: Buffer;
  private readonly idsAt: readonly number[];
  private received = '';
  private statuses: number[] = [];
  private expected = 0;
  private onAnswers: (statuses: readonly number[]) => void = () => undefined;

  constructor(
    port: number,
    private readonly clicksPerRequest: number,
  ) {
    const click = {
      event_id: eventIdOf(placeholder),
      user_id: 'reader-000123456789',
      article_id: 'article-2026-11-23-000123',
      occurred_at: new Date().toISOString(),
      section: 'politics',
      session_id: 'session-0123456789abcdef',
      referrer: 'https://news.example/section/politics',
    };
    const body = JSON.stringify(clicksPerRequest === 1 ? click : Array.from({ length: clicksPerRequest }, () => click));
    const head = `POST /v1/clicks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    this.request = Buffer.from(head + body);
    const idsAt: number[] = [];
    const id = eventIdOf(placeholder);
    for (let at = this.request.indexOf(id); at !== -1; at = this.request.indexOf(id, at + 1)) idsAt.push(at + 1);
    this.idsAt = idsAt;
    this.socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
    this.socket.on('data', (text: string) => this.receive(text));
  }

  /** Sends so many requests in one write, with events that follow each other. */
  send(firstEvent: number, requests: number, onAnswers: (statuses: readonly number[]) => void): void {
    this.expected = requests;
    this.statuses = [];
    this.onAnswers = onAnswers;
    const burst = Buffer.concat(Array.from({ length: requests }, () => this.request));
    for (let request = 0; request < requests; request++) {
      for (const [index, at] of this.idsAt.entries()) {
        const event = firstEvent + request * this.clicksPerRequest + index;
        burst.write(String(event).padStart(eventDigits, '0'), request * this.request.length + at, 'latin1');
      }
    }
    this.socket.write(burst);
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(text: string): void {
    this.received += text;
    for (;;) {
      const headEnds = this.received.indexOf('\r\n\r\n');
      if (headEnds === -1) return;
      const [, length = '0'] = /content-length: (\d+)/i.exec(this.received) ?? [];
      const ends = headEnds + 4 + Number(length);
      if (this.received.length < ends) return;
      this.statuses.push(Number(this.received.slice(9, 12)));
      this.received = this.received.slice(ends);
      if (this.statuses.length === this.expected) this.onAnswers(this.statuses);
    }
  }
}

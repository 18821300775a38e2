/** A proxy before an S3 that spoils as many answers as a test asks for. It speaks HTTP and knows of S3 only what an object's GET looks like. */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** `slow down`: any request is refused, as S3 does above its rate. The others spoil the body of an object that is read. */
export type S3Fault = 'slow down' | 'cut in the middle' | 'a wrong byte';

const slowDown =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';

export class FaultyS3 {
  /** Spoiled answers so far. */
  fired = 0;
  private fault: S3Fault = 'slow down';
  private times = 0;
  private readonly server: Server;

  private constructor(private readonly upstream: URL) {
    this.server = createServer((incoming, answer) => {
      this.serve(incoming, answer).catch((error: unknown) =>
        answer.destroy(error instanceof Error ? error : undefined),
      );
    });
  }

  static async before(upstream: string): Promise<FaultyS3> {
    const proxy = new FaultyS3(new URL(upstream));
    await new Promise<void>((resolve) => {
      proxy.server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Spoils the next answers that it fits, so many of them. */
  fail(fault: S3Fault, times: number): void {
    this.fault = fault;
    this.times = times;
    this.fired = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  private async serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const sent = await buffer(incoming);
    if (this.takes(incoming, 'slow down')) {
      answer.writeHead(503, { 'content-type': 'application/xml' }).end(slowDown);
      return;
    }
    const { status, headers, body } = await this.forward(incoming, sent);
    if (status === 200 && body.length > 0 && this.takes(incoming, 'a wrong byte')) {
      const middle = Math.floor(body.length / 2);
      body.writeUInt8(body.readUInt8(middle) ^ 1, middle);
    }
    answer.writeHead(status, headers);
    if (status === 200 && this.takes(incoming, 'cut in the middle')) {
      answer.write(body.subarray(0, body.length / 2), () => answer.destroy());
      return;
    }
    answer.end(body);
  }

  private takes({ method, url }: IncomingMessage, fault: S3Fault): boolean {
    const isRead = method === 'GET' && url?.includes('list-type') === false;
    if (this.fault !== fault || this.times === 0 || !(isRead || fault === 'slow down')) return false;
    this.times -= 1;
    this.fired += 1;
    return true;
  }

  private forward(
    { method, url, headers }: IncomingMessage,
    sent: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const target = new URL(url ?? '/', this.upstream);
      request(target, { method, headers }, (received) => {
        buffer(received).then(
          (body) => resolve({ status: received.statusCode ?? 502, headers: received.headers, body }),
          reject,
        );
      })
        .on('error', reject)
        .end(sent);
    });
  }
}

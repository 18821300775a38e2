/** A server over HTTP that answers each request as the test says. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

export interface ServerReply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface AnsweringServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `undefined`: the request is not answered. */
export async function startAnsweringServer(
  answer: (request: IncomingMessage, body: string) => ServerReply | undefined,
): Promise<AnsweringServer> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const reply = answer(request, Buffer.concat(chunks).toString());
      if (reply !== undefined) response.writeHead(reply.status, reply.headers).end(reply.body ?? '');
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return {
    port: address.port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

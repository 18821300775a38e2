/** Ports for programs that listen only seconds later. */
import { createServer, type Server } from 'node:net';
import { freePort, isTaken } from '../../local/processes';

const servers: Server[] = [];
afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));

async function listen(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  servers.push(server);
}

it('are given once each, though nobody listens on them yet, and none that a connection outwards may take', async () => {
  const ports: number[] = [];
  for (let count = 0; count < 100; count++) ports.push(await freePort());
  expect(new Set(ports).size).toBe(100);
  expect(ports.filter((port) => port <= 10_080 || port >= 32_768)).toEqual([]);
});

it('are not those of another program', async () => {
  let [given, following] = [await freePort(), await freePort()];
  // The ports of a process begin anew at their end.
  if (following < given) [given, following] = [following, await freePort()];
  const next = following + (following - given);
  await listen(next);
  for (let count = 0; count < 20; count++) {
    const port = await freePort();
    expect(port).not.toBe(next);
    expect(await isTaken(port)).toBe(false);
    await listen(port);
    expect(await isTaken(port)).toBe(true);
  }
});

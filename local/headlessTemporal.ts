/** A Temporal dev server without its UI and without a database, for chaos and benches: gone with its process. */
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { programs } from './prepare';
import { freePort, type RunningProgram, startProgram, whenReady } from './processes';

export interface HeadlessTemporal {
  readonly program: RunningProgram;
  readonly address: string;
  readonly connection: Connection;
}

const startLimitMs = 60_000;

/** The server's log goes into the folder. */
export async function startHeadlessTemporal(dir: string): Promise<HeadlessTemporal> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const program = startProgram({
    name: 'Temporal',
    command: programs.temporal,
    args: ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'],
    logFile: join(dir, 'temporal.log'),
  });
  try {
    return { program, address, connection: await connectionTo(program, address) };
  } catch (error) {
    await program.stop();
    throw error;
  }
}

async function connectionTo(program: RunningProgram, address: string): Promise<Connection> {
  let connection: Connection | undefined;
  await whenReady(
    program,
    async () => {
      connection ??= await Connection.connect({ address, connectTimeout: '2 seconds' });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
    },
    startLimitMs,
  );
  if (connection === undefined) throw new Error(`Temporal does not answer [address=${address}]`);
  return connection;
}

/**
 * Loaded into a program of the laptop cloud before its own code (`node --import`): its clock is then the one of the day
 * that is replayed. Starts where the local Firehose's clock stands, so a program that was killed comes back at the right
 * time, and is set from outside at VIRTUAL_TIME_PORT. Timers and `new Date()` keep the time of the wall.
 */
import { createServer } from 'node:http';
import { z } from 'zod';

const environment = z
  .object({ VIRTUAL_TIME_PORT: z.coerce.number().int().positive(), AWS_ENDPOINT_URL_FIREHOSE: z.url() })
  .parse(process.env);
const clockSchema = z.object({ now: z.iso.datetime({ offset: true }), speed: z.number().nonnegative() });
type Clock = z.infer<typeof clockSchema>;

const wallNow = Date.now.bind(Date);
let setAtMs = wallNow();
let startedAtMs = setAtMs;
let speed = 1;

function set(clock: Clock): void {
  setAtMs = wallNow();
  startedAtMs = Date.parse(clock.now);
  speed = clock.speed;
}

Date.now = () => Math.floor(startedAtMs + (wallNow() - setAtMs) * speed);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const parsed = clockSchema.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    if (parsed.success) set(parsed.data);
    response.writeHead(parsed.success ? 204 : 400).end();
  });
});
server.listen(environment.VIRTUAL_TIME_PORT, '127.0.0.1').unref();

const state = await fetch(`${environment.AWS_ENDPOINT_URL_FIREHOSE}/_control/state`);
set(z.object({ clock: clockSchema }).parse(await state.json()).clock);

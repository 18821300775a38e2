/** What serving is measured against: a Fastify route that answers as much from memory. Port in argv. */
import Fastify from 'fastify';
import { itemOf, versionOf } from './dataset';

const version = versionOf(0);
const item = JSON.stringify(itemOf('u#r000001', `v#${version}`, version));
const articles = [...item.matchAll(/[^ "]+:r000001:\d\d/g)].slice(0, 10).map(([id]) => id);

const app = Fastify({ logger: false });
app.get<{ Params: { id: string } }>('/v1/users/:id/recommendations', (request, reply) =>
  reply.send({ user: request.params.id, version, tier: 'personal', articles }),
);
app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) }).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

/** What the collector is measured against: a Fastify route that parses the same body and keeps nothing. Port in argv. */
import Fastify from 'fastify';

const app = Fastify({ logger: false });
app.post('/v1/clicks', (request, reply) => {
  const accepted = Array.isArray(request.body) ? request.body.length : 1;
  return reply.code(202).send({ accepted });
});
app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) }).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

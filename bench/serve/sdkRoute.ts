/**
 * What serving is measured against: a Fastify route that reads the reader's item with the SDK as it comes, one GetItem a request,
 * and answers with it. Nothing else that serving does: no pointer, no popular list, no checks. argv: port, endpoint.
 */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import Fastify from 'fastify';
import { tableName, versionOf } from './dataset';

const [port = '', endpoint = ''] = process.argv.slice(2);
const version = versionOf(0);
const dynamodb = new DynamoDBClient({
  region: 'us-east-1',
  endpoint,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

const app = Fastify({ logger: false });
app.get<{ Params: { id: string } }>('/v1/users/:id/recommendations', async (request, reply) => {
  const user = request.params.id;
  const { Item: item } = await dynamodb.send(
    new GetItemCommand({ TableName: tableName, Key: { pk: { S: `u#${user}` }, sk: { S: `v#${version}` } } }),
  );
  const articles = item?.['articles']?.S?.split(' ').slice(0, 10) ?? [];
  return reply.send({ user, version, tier: 'personal', articles });
});
app.listen({ host: '127.0.0.1', port: Number(port) }).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

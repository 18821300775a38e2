/** The connection of commands to Temporal, and the search attributes that must be registered before the first run. */
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter, SearchAttributeType } from '@temporalio/common';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { createPayloadCodec } from './payloadCodec';
import type { PayloadKeys } from './payloadKeys';
import { startTracing, type TraceTarget } from './tracing';

export interface TemporalConfig extends ClientConnectConfig {
  /** Absent: payloads are kept as they are. */
  readonly payloadKeys?: PayloadKeys;
  /** Absent: nothing is traced. */
  readonly traces?: TraceTarget;
}

export async function connectClient(config: TemporalConfig): Promise<Client> {
  const connection = await Connection.connect(config.connectionOptions);
  const dataConverter = dataConverterOf(config);
  return new Client({
    connection,
    namespace: config.namespace ?? 'default',
    ...(dataConverter === undefined ? {} : { dataConverter }),
    ...(config.traces === undefined
      ? {}
      : { plugins: [startTracing(config.traces, { service: 'frontpage-commands', delivery: 'at once' }).plugin] }),
  });
}

/** How payloads and failures are written; `undefined`: as Temporal does by itself. */
export function dataConverterOf({ payloadKeys }: Pick<TemporalConfig, 'payloadKeys'>): DataConverter | undefined {
  if (payloadKeys === undefined) return undefined;
  return {
    payloadCodecs: [createPayloadCodec(payloadKeys)],
    // By path, for the sandbox of workflows loads it a second time.
    failureConverterPath: join(__dirname, '../failureConverter'),
  };
}

/** Registers what is missing; safe to repeat. Throws when a name is taken by another type. */
export async function ensureSearchAttributes(
  client: Client,
  keys: readonly { readonly name: string; readonly type: SearchAttributeType }[],
): Promise<void> {
  const { namespace } = client.options;
  const operator = client.connection.operatorService;
  const registered = (await operator.listSearchAttributes({ namespace })).customAttributes ?? {};
  const wanted = keys.map(({ name, type: keyType }) => {
    const type = encodeSearchAttributeIndexedValueType(keyType);
    if (type === undefined) throw new Error(`search attribute '${name}' has a type unknown to the server: ${keyType}`);
    return { name, type };
  });
  const clash = wanted.find(({ name, type }) => name in registered && registered[name] !== type);
  if (clash) {
    throw new Error(
      `search attribute '${clash.name}' exists with another type: remove it from namespace '${namespace}'`,
    );
  }
  const missing = wanted.filter(({ name }) => !(name in registered));
  if (missing.length > 0) {
    await operator.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(({ name, type }) => [name, type])),
    });
  }
}

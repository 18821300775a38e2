/** How programs reach Temporal, and what each of them must do alike: encrypt, and trace. */
import { readFileSync } from 'node:fs';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { InvalidPayloadKeys, type PayloadKeys, parsePayloadKeys } from '../clients/payloadKeys';
import type { TemporalConfig } from '../clients/temporalClient';
import { ConfigError, type Environment, read } from './environment';

export const payloadKeys = z.string().transform((text, context): PayloadKeys => {
  try {
    return parsePayloadKeys(text);
  } catch (error) {
    if (!(error instanceof InvalidPayloadKeys)) throw error;
    context.issues.push({ code: 'custom', message: error.message, input: undefined });
    return z.NEVER;
  }
});

/**
 * The connection: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS…, or the TOML profile that the Temporal
 * CLI uses. Beside it what every program that speaks to Temporal must do alike: encrypt, and trace.
 */
export function loadTemporalConfig(environment: Environment = process.env): TemporalConfig {
  const env = read(environment, {
    FRONTPAGE_PAYLOAD_KEYS: payloadKeys.optional(),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  });
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/$/, '');
  const tracesUrl = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base === undefined ? undefined : `${base}/v1/traces`);
  return {
    ...loadConnection(environment),
    ...(env.FRONTPAGE_PAYLOAD_KEYS === undefined ? {} : { payloadKeys: env.FRONTPAGE_PAYLOAD_KEYS }),
    ...(tracesUrl === undefined ? {} : { traces: { url: tracesUrl } }),
  };
}

const temporalFiles = [
  'TEMPORAL_CONFIG_FILE',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
] as const;

function loadConnection(environment: Environment): ClientConnectConfig {
  for (const variable of temporalFiles) {
    const file = environment[variable];
    if (file !== undefined) requireReadable(variable, file);
  }
  const half = (['CERT', 'KEY'] as const).filter((part) => hasClientPart(environment, part));
  if (half.length === 1) {
    const missing = half[0] === 'CERT' ? 'KEY' : 'CERT';
    throw new ConfigError(
      `TEMPORAL_TLS_CLIENT_${missing}_PATH is missing: a client certificate and its key are given together`,
    );
  }
  const set = Object.entries(environment).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  try {
    return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`TEMPORAL_PROFILE or TEMPORAL_CONFIG_FILE: ${reason}`);
  }
}

function hasClientPart(environment: Environment, part: 'CERT' | 'KEY'): boolean {
  return ['PATH', 'DATA'].some((form) => environment[`TEMPORAL_TLS_CLIENT_${part}_${form}`] !== undefined);
}

function requireReadable(variable: string, file: string): void {
  try {
    readFileSync(file);
  } catch (error) {
    throw new ConfigError(
      `${variable}: cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

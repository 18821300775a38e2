/** The server that decrypts payloads for the Temporal UI and CLI. */
import { z } from 'zod';
import type { PayloadKeys } from '../clients/payloadKeys';
import { ConfigError, common, type Environment, isLoopback, type LogLevel, port, read } from './environment';
import { payloadKeys } from './temporal';

export interface CodecServerConfig {
  readonly host: string;
  readonly port: number;
  readonly payloadKeys: PayloadKeys;
  /** The web interface that may ask from a browser; absent: none. */
  readonly allowedOrigin?: string;
  /** Required as `Authorization: Bearer …` when given. */
  readonly apiKey?: string;
  readonly logLevel: LogLevel;
}

export function loadCodecServerConfig(environment: Environment = process.env): CodecServerConfig {
  const env = read(environment, {
    ...common,
    CODEC_SERVER_HOST: z.string().default('127.0.0.1'),
    CODEC_SERVER_PORT: port.default(8083),
    CODEC_SERVER_ORIGIN: z
      .string()
      .regex(/^https?:\/\/[^\s,/]+$/, 'needs one origin, like https://temporal.example.org')
      .optional(),
    CODEC_SERVER_API_KEY: z.string().min(16, 'needs at least 16 characters').optional(),
    FRONTPAGE_PAYLOAD_KEYS: payloadKeys,
  });
  if (env.CODEC_SERVER_API_KEY === undefined && !isLoopback(env.CODEC_SERVER_HOST)) {
    throw new ConfigError(
      `CODEC_SERVER_API_KEY is missing: decrypting for ${env.CODEC_SERVER_HOST}, beyond this machine, needs one`,
    );
  }
  return {
    host: env.CODEC_SERVER_HOST,
    port: env.CODEC_SERVER_PORT,
    payloadKeys: env.FRONTPAGE_PAYLOAD_KEYS,
    ...(env.CODEC_SERVER_ORIGIN === undefined ? {} : { allowedOrigin: env.CODEC_SERVER_ORIGIN }),
    ...(env.CODEC_SERVER_API_KEY === undefined ? {} : { apiKey: env.CODEC_SERVER_API_KEY }),
    logLevel: env.LOG_LEVEL,
  };
}

/** Reaching Temporal over TLS, as Temporal Cloud and guarded servers want it: a TLS proxy stands before a real dev server. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { NativeConnection, TransportError } from '@temporalio/worker';
import { type HeadlessTemporal, startHeadlessTemporal } from '../../local/headlessTemporal';
import { connectClient } from '../../src/clients/temporalClient';
import { ConfigError, loadTemporalConfig } from '../../src/config';
import { quietRuntime } from '../support/workflowEnvironment';

const dir = mkdtempSync(join(tmpdir(), 'frontpage-tls-'));
const file = (name: string): string => join(dir, name);

/** A certificate authority, and certificates of it for the server and for a client; the stranger's is signed by nobody. */
function makeCertificates(): void {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const rootOf = (name: string): void =>
    openssl(
      ...['req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`],
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    );
  rootOf('ca');
  rootOf('stranger');
  writeFileSync(file('names.txt'), 'subjectAltName=DNS:localhost,DNS:temporal.test,IP:127.0.0.1\n');
  for (const name of ['server', 'client']) {
    openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names.txt'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`);
  }
}

let temporal: HeadlessTemporal;
let proxy: Server;
let address: string;
const sockets = new Set<TLSSocket>();

beforeAll(async () => {
  quietRuntime();
  makeCertificates();
  temporal = await startHeadlessTemporal(dir);
  const upstream = Number(temporal.address.split(':')[1]);
  proxy = createServer(
    {
      key: readFileSync(file('server.key')),
      cert: readFileSync(file('server.pem')),
      ca: readFileSync(file('ca.pem')),
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: ['h2'],
    },
    (socket) => {
      sockets.add(socket);
      const plain = connect(upstream, '127.0.0.1');
      socket.pipe(plain).pipe(socket);
      socket.on('error', () => plain.destroy()).on('close', () => plain.destroy());
      plain.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    },
  );
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const listening: AddressInfo | string | null = proxy.address();
  if (typeof listening !== 'object' || listening === null) throw new Error('the proxy does not listen');
  address = `127.0.0.1:${listening.port}`;
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => proxy.close(resolve));
  await temporal.connection.close();
  await temporal.program.stop();
  rmSync(dir, { recursive: true });
});

const guarded = () => ({
  TEMPORAL_ADDRESS: address,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem'),
  TEMPORAL_TLS_SERVER_NAME: 'temporal.test',
  TEMPORAL_TLS_CLIENT_CERT_PATH: file('client.pem'),
  TEMPORAL_TLS_CLIENT_KEY_PATH: file('client.key'),
});

describe('a server that wants certificates of its clients', () => {
  it('is reached by commands and by workers', async () => {
    const config = loadTemporalConfig(guarded());
    const client = await connectClient(config);
    const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace: 'default' });
    expect(namespaceInfo?.name).toBe('default');
    await client.connection.close();
    const connection = await NativeConnection.connect(config.connectionOptions);
    await connection.close();
  });

  it.each<[string, () => Record<string, string>]>([
    ['without TLS', () => ({ TEMPORAL_ADDRESS: address })],
    [
      'with an authority that is unknown',
      () => ({ ...guarded(), TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('stranger.pem') }),
    ],
    ['under another name than its own', () => ({ ...guarded(), TEMPORAL_TLS_SERVER_NAME: 'elsewhere.test' })],
    [
      'with a certificate that the server does not know',
      () => ({
        ...guarded(),
        TEMPORAL_TLS_CLIENT_CERT_PATH: file('stranger.pem'),
        TEMPORAL_TLS_CLIENT_KEY_PATH: file('stranger.key'),
      }),
    ],
  ])('is not reached %s', async (_how, environment) => {
    const { connectionOptions } = loadTemporalConfig(environment());
    await expect(NativeConnection.connect(connectionOptions)).rejects.toBeInstanceOf(TransportError);
  });
});

describe('the connection to Temporal', () => {
  it('is over TLS when there is an API key, as for Temporal Cloud', () => {
    const { connectionOptions, namespace } = loadTemporalConfig({
      TEMPORAL_ADDRESS: 'eu-west-1.aws.api.temporal.io:7233',
      TEMPORAL_NAMESPACE: 'frontpage.a1b2c',
      TEMPORAL_API_KEY: 'not-a-key',
    });
    expect(connectionOptions).toMatchObject({ apiKey: 'not-a-key', tls: true });
    expect(namespace).toBe('frontpage.a1b2c');
  });

  it('is plain and local when nothing is said', () => {
    const { connectionOptions } = loadTemporalConfig({});
    expect(connectionOptions.tls).toBeUndefined();
    expect(connectionOptions.apiKey).toBeUndefined();
  });

  it('can be that of a profile of the Temporal CLI', () => {
    writeFileSync(file('temporal.toml'), '[profile.night]\naddress = "temporal.test:7233"\nnamespace = "night"\n');
    const profile = { TEMPORAL_CONFIG_FILE: file('temporal.toml'), TEMPORAL_PROFILE: 'night' };
    expect(loadTemporalConfig(profile)).toMatchObject({
      namespace: 'night',
      connectionOptions: { address: 'temporal.test:7233' },
    });
    expect(() => loadTemporalConfig({ ...profile, TEMPORAL_PROFILE: 'day' })).toThrow(/TEMPORAL_PROFILE.*day/);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a certificate that is not there',
      { TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/client.pem' },
      /^TEMPORAL_TLS_CLIENT_CERT_PATH: cannot read \/nowhere\/client.pem/,
    ],
    [
      'a profile file that is not there',
      { TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' },
      /^TEMPORAL_CONFIG_FILE: cannot read/,
    ],
    [
      'a certificate without its key',
      { TEMPORAL_TLS_CLIENT_CERT_DATA: 'certificate' },
      /^TEMPORAL_TLS_CLIENT_KEY_PATH is missing/,
    ],
    [
      'a receiver of traces that is no address',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'here' },
      /^OTEL_EXPORTER_OTLP_ENDPOINT/,
    ],
    ['payload keys that are none', { FRONTPAGE_PAYLOAD_KEYS: 'secret' }, /^FRONTPAGE_PAYLOAD_KEYS: part 1 is not/],
  ])('refuses %s and names the variable', (_what, environment, message) => {
    expect(() => loadTemporalConfig(environment)).toThrow(ConfigError);
    expect(() => loadTemporalConfig(environment)).toThrow(message);
  });

  it('takes the address of traces as it is, or with the path that OTLP has', () => {
    const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/' };
    expect(loadTemporalConfig(base).traces).toEqual({ url: 'http://127.0.0.1:4318/v1/traces' });
    const own = { ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.test/in' };
    expect(loadTemporalConfig(own).traces).toEqual({ url: 'https://traces.test/in' });
    expect(loadTemporalConfig({})).not.toHaveProperty('traces');
  });
});

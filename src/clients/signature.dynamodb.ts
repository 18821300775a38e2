/**
 * Signature Version 4 of a call of DynamoDB, without a promise or a copy: the SDK's signer, which fits any request, takes
 * three times as long (40 µs against 14, where a whole bulk write takes 100). A test holds the two to the same signatures.
 */
import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface CallToSign {
  readonly host: string;
  readonly path: string;
  /** `DynamoDB_20120810.` and the operation. */
  readonly target: string;
  readonly body: Buffer;
}

const contentType = 'application/x-amz-json-1.0';

export class CallSigner {
  /** A key is good for a day and for the credentials that it was made of. */
  private key: { readonly day: string; readonly of: SigningCredentials; readonly secret: KeyObject } | undefined;

  constructor(private readonly region: string) {}

  /** All headers of the signed request; the names are in the order of the alphabet, as the signature wants them. */
  headers(call: CallToSign, credentials: SigningCredentials, atMs: number): Record<string, string> {
    const time = new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const signed: Record<string, string> = { 'content-type': contentType, host: call.host, 'x-amz-date': time };
    if (credentials.sessionToken !== undefined) signed['x-amz-security-token'] = credentials.sessionToken;
    signed['x-amz-target'] = call.target;
    const names = Object.keys(signed);
    const lines = names.map((name) => `${name}:${signed[name]}\n`);
    const signedNames = names.join(';');
    const canonical = `POST\n${call.path}\n\n${lines.join('')}\n${signedNames}\n${sha256(call.body)}`;
    const scope = `${day}/${this.region}/dynamodb/aws4_request`;
    const signature = createHmac('sha256', this.keyOf(day, credentials))
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`)
      .digest('hex');
    signed['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
    return signed;
  }

  private keyOf(day: string, of: SigningCredentials): KeyObject {
    if (this.key?.day !== day || this.key.of !== of) {
      const secret = [day, this.region, 'dynamodb', 'aws4_request'].reduce<Buffer>(
        (key, part) => createHmac('sha256', key).update(part).digest(),
        Buffer.from(`AWS4${of.secretAccessKey}`),
      );
      this.key = { day, of, secret: createSecretKey(secret) };
    }
    return this.key.secret;
  }
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** What a portal says about its deployment: one JSON file, checked here. Everything else follows from it. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { sizes } from '../src/domain/costPlanSizes';

export class PortalInvalid extends Error {
  override readonly name = 'PortalInvalid';
}

const arn = (service: string, what: string) =>
  z.string().regex(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:.+`), `is not the ARN of ${what}`);
const certificateArn = arn('acm', 'a certificate of ACM');
const network = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'needs an IPv4 network, as 10.20.0.0/16');
/** Of a secret that is there before the stack is. */
const secretName = z.string().regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, 'is not the name of a secret in Secrets Manager');

const portalSchema = z.strictObject({
  /** Of the stack. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'needs 1 to 31 lower-case letters, digits or hyphens')
    .default('frontpage'),
  size: z.enum(sizes),
  temporal: z.strictObject({
    address: z.string().regex(/^[^\s:/]+:\d+$/, 'needs host:port'),
    namespace: z.string().min(1),
    apiKeySecret: secretName,
    /** Name of Temporal Cloud's endpoint service; with it no task of the stack reaches the internet. */
    privateLinkService: z
      .string()
      .regex(/^com\.amazonaws\.vpce\./, 'is not the name of an endpoint service')
      .optional(),
  }),
  collector: z.strictObject({
    certificateArn,
    /** Of the pages that may send clicks. */
    allowedOrigins: z.array(z.string().regex(/^https:\/\/[^\s,/]+$/, 'needs https and no path')).nonempty(),
  }),
  serving: z.strictObject({
    certificateArn,
    /** Networks of the portal's own servers, which hold the API key; they reach the VPC by peering or a transit gateway. */
    clientNetworks: z.array(network).nonempty(),
    staticArticles: z.array(z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/)).default([]),
  }),
  alerts: z.strictObject({
    email: z.email().optional(),
    webhookUrlSecret: secretName.optional(),
    runbookUrl: z.url({ protocol: /^https$/ }),
  }),
  /** Of the account, US dollars. */
  monthlyBudgetUsd: z.number().positive(),
  /** Encrypts what Temporal stores; see FRONTPAGE_PAYLOAD_KEYS. */
  payloadKeysSecret: secretName.optional(),
  vpcNetwork: network.default('10.40.0.0/16'),
  /** How long raw clicks are kept, days. What is learned from them is kept longer. */
  clicksDays: z.number().int().min(8).max(365).default(35),
  /** Lets the worker order DynamoDB's own bulk load; see `load.mode` in docs/settings.md. */
  bulkLoad: z.boolean().default(false),
});

export type Portal = z.infer<typeof portalSchema>;

/** Throws `PortalInvalid`, with the file and every field that is wrong. */
export function loadPortal(file: string): Portal {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PortalInvalid(
      `${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return parsePortal(given, file);
}

export function parsePortal(given: unknown, file = 'portal'): Portal {
  const parsed = portalSchema.safeParse(given);
  if (!parsed.success) throw new PortalInvalid(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

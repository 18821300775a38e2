/** Where and as whom AWS is spoken to. Without `endpoint` the SDK resolves AWS itself, and credentials by its own chain. */
export interface AwsEndpoint {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Loads that the table does by itself: it reads objects of DynamoDB JSON from the lake. */

export interface BulkLoadRequest {
  readonly bucket: string;
  /** Every object below it is read; nothing but shards may lie there. */
  readonly prefix: string;
  /** Items that could not be written are told of below it. */
  readonly errorsPrefix: string;
  readonly maxUnitsPerSecond: number;
  /** Which of several loads of the same: the same request with the same number is the same load. */
  readonly number: number;
}

export type BulkLoadState = 'running' | 'completed' | 'completed with errors' | 'cancelling' | 'cancelled' | 'failed';

export interface BulkLoadLook {
  readonly operation: string;
  readonly state: BulkLoadState;
  readonly processedItems: number;
  readonly failedItems: number;
  readonly processedBytes: number;
  /** Absent until it is known. */
  readonly totalBytes?: number;
  readonly failure?: string;
}

/** What is asked for is wrong, or not allowed: asking again does not help. */
export class BulkLoadNotAccepted extends Error {
  override readonly name = 'BulkLoadNotAccepted';
}

export interface BulkLoads {
  /** Starts the load, or finds the one of the same request. Throws `BulkLoadNotAccepted`. */
  start(request: BulkLoadRequest): Promise<BulkLoadLook>;
  look(operation: string): Promise<BulkLoadLook>;
  /** Asks for its end, which takes a while; what was written stays. */
  cancel(operation: string): Promise<void>;
}

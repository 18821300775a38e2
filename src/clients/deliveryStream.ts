/** The way into the lake: a delivery stream that batches records into objects by itself. */

export interface DeliveryStream {
  /**
   * Offers records in one call, at most `maxRecordsPerPut` of them and `maxBytesPerPut` in sum.
   * Answers one outcome for each record, in order: a call that succeeds may still have refused some.
   * Throws when the whole call failed; then each record may or may not have been taken.
   */
  put(records: readonly Buffer[]): Promise<PutOutcome[]>;
}

export type PutOutcome = { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

/** Amazon Data Firehose quotas: 500 records and 4 MiB a call, 1,000 KiB a record before base64 (API reference, PutRecordBatch). */
export const maxRecordsPerPut = 500;
/** Raw bytes a call. Whether the 4 MiB count before or after base64 is not documented, so 3 MiB keeps both readings. */
export const maxBytesPerPut = 3 * 1024 * 1024;
export const maxBytesPerRecord = 1000 * 1024;

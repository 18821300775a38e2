/** Faults that a test asks for: of calls to the service, and of the checkpoint agent. Kept in memory only. */
import { AwsError, ConnectionDropped } from '../aws-json';

export type ServiceFault = 'ThrottlingException' | 'InternalFailure' | 'ResourceLimitExceeded';

export class ServiceFaults {
  private createsToDrop = 0;
  private readonly pending = new Map<string, { fault: ServiceFault; count: number }>();

  /** The next creates take effect, and their connection is then dropped without an answer. */
  dropCreates(count: number): void {
    this.createsToDrop = count;
  }

  failCalls(operation: string, fault: ServiceFault, count: number): void {
    this.pending.set(operation, { fault, count });
  }

  beforeCall(operation: string): void {
    const next = this.pending.get(operation);
    if (!next || next.count === 0) return;
    next.count -= 1;
    throw serviceError(next.fault);
  }

  afterCreate(): void {
    if (this.createsToDrop === 0) return;
    this.createsToDrop -= 1;
    throw new ConnectionDropped();
  }

  state(): object {
    return { createsToDrop: this.createsToDrop, failing: Object.fromEntries(this.pending) };
  }
}

function serviceError(fault: ServiceFault): AwsError {
  switch (fault) {
    case 'ThrottlingException':
      return new AwsError(fault, 'Rate exceeded');
    case 'InternalFailure':
      return new AwsError(fault, 'The request processing has failed because of an unknown error.', 500);
    case 'ResourceLimitExceeded':
      return new AwsError(
        fault,
        "The account-level service limit 'training job usage' is 1 Instances, with current utilization of 1 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase for this quota.",
      );
  }
}

export class CheckpointFaults {
  private stalledUntilMs = 0;
  private corruptUploads = 0;
  private corruptSuffix = '';

  stall(seconds: number): void {
    this.stalledUntilMs = Date.now() + seconds * 1000;
  }

  /** The next uploads of files whose name ends with `suffix` are cut in half. */
  corrupt(uploads: number, suffix: string): void {
    this.corruptUploads = uploads;
    this.corruptSuffix = suffix;
  }

  areUploadsStalled(): boolean {
    return Date.now() < this.stalledUntilMs;
  }

  uploadBody(path: string, body: Buffer): Buffer {
    if (this.corruptUploads === 0 || !path.endsWith(this.corruptSuffix)) return body;
    this.corruptUploads -= 1;
    return body.subarray(0, Math.floor(body.length / 2));
  }

  state(): object {
    return { uploadsStalled: this.areUploadsStalled(), corruptUploads: this.corruptUploads };
  }
}

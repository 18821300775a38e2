/** Faults of calls to the service that a test asks for. Kept in memory only. */
import { AwsError, ConnectionDropped } from '../aws-json';
import { wrongStatus } from './errors';

export const serviceFaultNames = [
  'ThrottlingException',
  'InternalFailure',
  'ResourceLimitExceeded',
  'ValidationException',
  'AccessDeniedException',
] as const;
export type ServiceFault = (typeof serviceFaultNames)[number];

/** How long calls of an operation fail: so many of them, or all until an instant. */
export type FaultExtent = { readonly count: number } | { readonly untilMs: number };

export class ServiceFaults {
  private createsToDrop = 0;
  private readonly pending = new Map<string, { readonly fault: ServiceFault; extent: FaultExtent }>();

  /** The next creates take effect, and their connection is then dropped without an answer. */
  dropCreates(count: number): void {
    this.createsToDrop = count;
  }

  /** Replaces what was asked of this operation before. */
  failCalls(operation: string, fault: ServiceFault, extent: FaultExtent): void {
    this.pending.set(operation, { fault, extent });
  }

  clear(): void {
    this.createsToDrop = 0;
    this.pending.clear();
  }

  beforeCall(operation: string): void {
    const next = this.pending.get(operation);
    if (!next) return;
    const { fault, extent } = next;
    if ('untilMs' in extent) {
      if (Date.now() < extent.untilMs) throw serviceError(fault, operation);
      return;
    }
    if (extent.count === 0) return;
    next.extent = { count: extent.count - 1 };
    throw serviceError(fault, operation);
  }

  afterCreate(): void {
    if (this.createsToDrop === 0) return;
    this.createsToDrop -= 1;
    throw new ConnectionDropped();
  }

  state(): object {
    const failing = [...this.pending].map(([operation, { fault, extent }]) => [
      operation,
      { fault, ...('untilMs' in extent ? { until: new Date(extent.untilMs).toISOString() } : extent) },
    ]);
    return { createsToDrop: this.createsToDrop, failing: Object.fromEntries(failing) };
  }
}

function serviceError(fault: ServiceFault, operation: string): AwsError {
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
    case 'ValidationException':
      // The one refusal that a client is used to take for "it is over already": whoever stops a job must look again.
      return wrongStatus('Stopping');
    case 'AccessDeniedException':
      return new AwsError(
        fault,
        `User: arn:aws:sts::000000000000:assumed-role/local/local is not authorized to perform: sagemaker:${operation} on resource: *`,
      );
  }
}

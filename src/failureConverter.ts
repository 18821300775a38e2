/**
 * Where payloads are encrypted, so are the messages and stacks of failures: they travel as a payload. Loaded by its path, by
 * clients and by the worker, and bundled with workflows.
 */
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });

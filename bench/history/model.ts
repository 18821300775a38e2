import type { ModelInput } from '../../src/contract';
import { parseRunDate } from '../../src/domain/runDate';

/** What the made-up training of the day leaves. */
export const model: ModelInput = {
  runDate: parseRunDate('2026-11-23'),
  jobName: 'frontpage-2026-11-23-bench-a1',
  version: '2026-11-23.01',
};

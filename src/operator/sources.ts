/** What the operator's page is made of, as it asks for it. */
import type { ObjectStore } from '../clients/objectStore';
import type { RecommendationTable } from '../clients/recommendationTable';
import type { RunRow } from '../clients/runList';
import type { RunView } from '../clients/runs';
import type { RollbackInput, RollbackResult } from '../contract';
import type { RunDate } from '../domain/runDate';

export interface OperatorSources {
  viewRun(runDate: RunDate): Promise<RunView | undefined>;
  /** Newest run date first. */
  listRuns(limit: number): Promise<readonly RunRow[]>;
  /** Resolves when readers have been taken back. */
  rollBack(input: RollbackInput): Promise<RollbackResult>;
  readonly table: Pick<RecommendationTable, 'live' | 'versions'>;
  readonly lake: ObjectStore;
  /** Text of Prometheus, of one process each; absent: nobody said where it is. */
  readonly collectorMetrics?: () => Promise<string>;
  readonly servingMetrics?: () => Promise<string>;
}

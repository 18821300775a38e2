/** What the operator's page is made of, as it asks for it. */
import type { BeatRow } from '../clients/freshBeats';
import type { Headlines } from '../clients/headlines';
import type { ObjectStore } from '../clients/objectStore';
import type { RecommendationReader } from '../clients/recommendationReader';
import type { RecommendationTable } from '../clients/recommendationTable';
import type { RunRow } from '../clients/runList';
import type { RunView } from '../clients/runs';
import type { RollbackInput, RollbackResult } from '../contract';
import type { RunDate } from '../domain/runDate';

export interface OperatorSources {
  viewRun(runDate: RunDate): Promise<RunView | undefined>;
  /** Newest run date first. */
  listRuns(limit: number): Promise<readonly RunRow[]>;
  /** Of the fresh loop, the newest first. */
  listBeats(limit: number): Promise<readonly BeatRow[]>;
  /** Resolves when readers have been taken back. */
  rollBack(input: RollbackInput): Promise<RollbackResult>;
  readonly table: Pick<RecommendationTable, 'live' | 'versions'>;
  /** What is read now, as serving reads it. */
  readonly fresh: Pick<RecommendationReader, 'freshPopular'>;
  readonly lake: ObjectStore;
  /** Absent: nobody said where headlines are. */
  readonly headlines?: Headlines;
  /** Text of Prometheus, of one process each; absent: nobody said where it is. */
  readonly collectorMetrics?: () => Promise<string>;
  readonly servingMetrics?: () => Promise<string>;
}

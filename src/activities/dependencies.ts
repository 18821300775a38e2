/** What activities need from outside; put together in worker.ts, faked in tests. */
import type { BulkLoads } from '../clients/bulkLoads';
import type { DeliveryMetrics } from '../clients/deliveryMetrics';
import type { FreshTable } from '../clients/freshTable';
import type { ObjectStore } from '../clients/objectStore';
import type { ReaderItems } from '../clients/readerItems';
import type { RecommendationTable } from '../clients/recommendationTable';
import type { ServingMetrics } from '../clients/servingMetrics';
import type { TrainingService } from '../clients/trainingService';
import type { TrainingPlace } from '../domain/trainingJob';

export interface ActivityDependencies {
  readonly lake: ObjectStore;
  readonly deliveryMetrics: DeliveryMetrics;
  readonly trainingService: TrainingService;
  readonly table: RecommendationTable;
  readonly bulkLoads: BulkLoads;
  readonly servingMetrics: ServingMetrics;
  readonly readerItems: ReaderItems;
  readonly freshTable: FreshTable;
  readonly trainingPlace: TrainingPlace;
}

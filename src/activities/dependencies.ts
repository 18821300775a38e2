/** What activities need from outside; put together in worker.ts, faked in tests. */
import type { DeliveryMetrics } from '../clients/deliveryMetrics';
import type { ObjectStore } from '../clients/objectStore';
import type { ReaderItems } from '../clients/readerItems';
import type { RecommendationTable } from '../clients/recommendationTable';
import type { TrainingService } from '../clients/trainingService';
import type { TrainingPlace } from '../domain/trainingJob';

export interface ActivityDependencies {
  readonly lake: ObjectStore;
  readonly deliveryMetrics: DeliveryMetrics;
  readonly trainingService: TrainingService;
  readonly table: RecommendationTable;
  readonly readerItems: ReaderItems;
  readonly trainingPlace: TrainingPlace;
}

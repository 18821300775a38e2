/** What activities need from outside; put together in worker.ts, faked in tests. */
import type { BulkLoads } from '../clients/bulkLoads';
import type { DeliveryMetrics } from '../clients/deliveryMetrics';
import type { FreshTable } from '../clients/freshTable';
import type { Notifier } from '../clients/notifier';
import type { ObjectStore } from '../clients/objectStore';
import type { PipelineMetrics } from '../clients/pipelineMetrics';
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
  readonly alerts: AlertChannels;
  readonly pipelineMetrics: PipelineMetrics;
}

/** Where people are told of alerts. */
export interface AlertChannels {
  /** At least one. */
  readonly notifiers: readonly Notifier[];
  /** Of the runbook that alerts link to. */
  readonly runbookUrl: string;
}

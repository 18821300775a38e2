/** What the pipeline says about itself to whoever watches over it from outside. */
import type { PipelineBeat } from '../domain/pipelineAlarms';

export interface PipelineMetrics {
  put(beat: PipelineBeat, atMs: number): Promise<void>;
}

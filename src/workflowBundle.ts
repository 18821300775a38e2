/** What the sandbox of workflows is made of: for the worker, and for tests and recordings of histories. */
import {
  type BundlerPlugin,
  bundleWorkflowCode,
  type Logger,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';

export interface BundleOptions {
  readonly logger: Logger;
  /** Payloads are encrypted, and failures with them. */
  readonly encrypted?: boolean;
  /** Of tracing. */
  readonly plugins?: BundlerPlugin[];
}

export function bundleWorkflows({
  logger,
  encrypted = false,
  plugins = [],
}: BundleOptions): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: require.resolve('./workflows'),
    workflowInterceptorModules: [require.resolve('./workflows/runMarks'), require.resolve('./workflows/summaries')],
    ...(encrypted ? { failureConverterPath: require.resolve('./failureConverter') } : {}),
    plugins,
    logger,
  });
}

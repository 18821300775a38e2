/**
 * Traces of OpenTelemetry, sent over OTLP. One trace goes from the command that starts a run over its workflow to each of
 * its activities. Spans carry names and ids of workflows and runs, and messages of failures; never inputs or results.
 */
import { context, DiagLogLevel, diag, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';

export interface TraceTarget {
  /** Where spans are sent by POST, with its path. */
  readonly url: string;
}

export interface TracingOptions {
  /** The name that the traces have for this program. */
  readonly service: string;
  /** A command is over at once, so that each of its spans is sent when it ends; a worker sends many together. */
  readonly delivery: 'at once' | 'batched';
  /** Spans that could not be sent are lost, and nothing else is. Without this the words go to standard error. */
  readonly onProblem?: (message: string) => void;
}

export interface Tracing {
  /** For the client, or for the worker and its bundle of workflows. */
  readonly plugin: OpenTelemetryPlugin;
  /** Sends what is left. */
  end(): Promise<void>;
}

let isInstalled = false;

/** Of the process: how the trace that is going on is found, and how it is handed on. */
function installOnce(): void {
  if (isInstalled) return;
  isInstalled = true;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

/** A command must not wait long for a receiver that does not answer. */
const timeoutMs = { 'at once': 2000, batched: 10_000 } as const;

export function startTracing(
  { url }: TraceTarget,
  { service, delivery, onProblem = console.error }: TracingOptions,
): Tracing {
  installOnce();
  const tell = (message: string): void => onProblem(`traces: ${message}`);
  const untold = (): void => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: untold, debug: untold, verbose: untold },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );

  const exporter = new OTLPTraceExporter({ url, timeoutMillis: timeoutMs[delivery] });
  const spanProcessor = delivery === 'batched' ? new BatchSpanProcessor(exporter) : new SimpleSpanProcessor(exporter);
  const resource = new Resource({ 'service.name': service });
  const provider = new BasicTracerProvider({ resource, spanProcessors: [spanProcessor] });
  return {
    plugin: new OpenTelemetryPlugin({ resource, spanProcessor, tracer: provider.getTracer('frontpage') }),
    end: () => provider.shutdown(),
  };
}

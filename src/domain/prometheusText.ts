/** Reads the text that programs give to Prometheus (exposition format 0.0.4). */

export interface PrometheusSample {
  /** With their braces; empty where there are none. */
  readonly labels: string;
  readonly value: string;
}

/** Those of one metric, in the order of the text. */
export function samplesOf(text: string, name: string): PrometheusSample[] {
  const line = new RegExp(String.raw`^${name}(\{[^}]*\})? (\S+)$`, 'gm');
  return [...text.matchAll(line)].map(([, labels = '', value = '']) => ({ labels, value }));
}

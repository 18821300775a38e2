/** What a loading process measures of itself, from before its first shard until everything is written. */
export interface LoadFigures {
  readonly items: number;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

/** Runs the load and prints its figures as the one line of this process's output. */
export async function measure(load: () => Promise<number>): Promise<void> {
  const startedAtMs = Date.now();
  const before = process.cpuUsage();
  const items = await load();
  const { user, system } = process.cpuUsage(before);
  const figures: LoadFigures = {
    items,
    cpuSeconds: (user + system) / 1e6,
    wallSeconds: (Date.now() - startedAtMs) / 1000,
  };
  console.log(JSON.stringify(figures));
}

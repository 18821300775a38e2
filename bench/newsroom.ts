/** How fast the newsroom makes clicks on one core, at the size of a real portal. Prints one JSON object. */
import { Newsroom, portalSize } from '../local/newsroom/newsroom';

const days = 16;
const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 10, 2);

const startedAtMs = performance.now();
const newsroom = new Newsroom({ ...portalSize, seed: 1, startMs });
const setUpSeconds = (performance.now() - startedAtMs) / 1000;
let clicks = 0;
for (const click of newsroom.clicksUntil(startMs + days * dayMs)) clicks += click.event_id === '' ? 0 : 1;
const seconds = (performance.now() - startedAtMs) / 1000;
const { user, system } = process.cpuUsage();
const cpuSeconds = (user + system) / 1_000_000;

console.log(
  JSON.stringify({
    clicks,
    seconds: Number(seconds.toFixed(2)),
    clicksPerSecond: Math.round(clicks / seconds),
    // What one core makes; on a machine that is busy with other things, the wall clock says less.
    cpuSeconds: Number(cpuSeconds.toFixed(2)),
    clicksPerCpuSecond: Math.round(clicks / cpuSeconds),
    setUpSeconds: Number(setUpSeconds.toFixed(2)),
    days,
    heapMegabytes: Math.round(process.memoryUsage().heapUsed / 1e6),
    node: process.version,
  }),
);

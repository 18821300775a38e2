/** What is asked of any page in a browser. What runs there is text: the house is not typed against a browser's globals. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { z } from 'zod';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const resultSchema = z.object({
  violations: z.array(
    z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.object({ html: z.string() })) }),
  ),
});

/** Serious and critical ones, with where they are. */
export async function graveViolations(page: Page): Promise<{ id: string; where: string[] }[]> {
  await page.evaluate(axe);
  const { violations } = resultSchema.parse(await page.evaluate('axe.run()'));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }));
}

/** By how many pixels the page is wider than the window. */
export async function overflow(page: Page): Promise<number> {
  return z.number().parse(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
}

export async function openAllDetails(page: Page): Promise<void> {
  await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
}

/** Resolves when the beacon of the page keeps nothing any more; the test's own time limit ends a vain wait. */
export async function beaconIsDone(page: Page): Promise<void> {
  // Asked from outside: the policy of the page forbids it to evaluate text by itself.
  while ((await page.evaluate(`localStorage.getItem('frontpage.clicks')`)) !== '[]') await page.waitForTimeout(50);
}

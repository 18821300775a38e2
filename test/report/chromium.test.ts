/** The page of a run report as a reader of it has it: in Chromium, in light and in dark, on a phone, on paper. */
import { readFileSync } from 'node:fs';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { z } from 'zod';
import { renderReport } from '../../src/report';
import { browserOfFile, startBrowser } from '../support/browser';
import { reportContext } from '../support/reportContext';
import { degraded, failed, published } from '../support/reports';

const browser = browserOfFile();
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const address = 'https://reports.test/run.html';

const pages = {
  'a published run': renderReport(published, reportContext()),
  'a failed run': renderReport(failed, reportContext()),
  'a degraded run without a past': renderReport(
    degraded,
    reportContext({ earlier: { runs: [], missing: [], unreadable: [] } }),
  ),
};
const names = ['a published run', 'a failed run', 'a degraded run without a past'] as const;

// What runs in the browser is text: the house is not typed against a browser's globals.
const overflow = 'document.documentElement.scrollWidth - window.innerWidth';
const barColour = `getComputedStyle(document.querySelector('#volume .wide path[fill="var(--first)"]')).fill`;
const textsCutOff = `[...document.querySelectorAll('.drawing svg')].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')]
    .filter((text) => {
      const box = text.getBoundingClientRect();
      return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1;
    })
    .map((text) => text.textContent);
})`;

interface Opened {
  readonly page: Page;
  /** What the page asked for beside itself, and what the browser complained of. */
  readonly strays: readonly string[];
}

/** Served as from a web server, so that the page's own policy is in force; everything else is refused and noted. */
async function withPage(
  text: string,
  options: BrowserContextOptions,
  look: (opened: Opened) => Promise<void>,
): Promise<void> {
  const context = await browser().open(options);
  try {
    const strays: string[] = [];
    const page = await context.newPage();
    page.on('console', (message) => strays.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => strays.push(`error: ${error.message}`));
    await context.route('**/*', async (route) => {
      if (route.request().url() === address) {
        await route.fulfill({ contentType: 'text/html; charset=utf-8', body: text });
        return;
      }
      strays.push(`request: ${route.request().url()}`);
      await route.abort();
    });
    await page.goto(address);
    await look({ page, strays });
  } finally {
    await context.close();
  }
}

const resultSchema = z.object({
  violations: z.array(z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.unknown()) })),
});

async function graveViolations(page: Page, options: object): Promise<unknown[]> {
  const { violations } = resultSchema.parse(await page.evaluate(`axe.run(${JSON.stringify(options)})`));
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
}

describe.each(names)('the page of %s', (name) => {
  const text = pages[name];

  it('is accessible in light and in dark, and loads and logs nothing', async () => {
    // The checker is put into the page past its policy; the tests below leave the policy alone.
    await withPage(text, { colorScheme: 'light', bypassCSP: true }, async ({ page, strays }) => {
      await page.evaluate(`document.querySelectorAll('details').forEach((details) => { details.open = true; })`);
      await page.addScriptTag({ content: axe });
      expect(await graveViolations(page, {})).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      // Of all rules this one alone sees colours.
      expect(await graveViolations(page, { runOnly: ['color-contrast'] })).toEqual([]);
      expect(strays).toEqual([]);
    });
  });

  it('shows every section on a phone, and none is wider than it', async () => {
    await withPage(text, { viewport: { width: 390, height: 844 } }, async ({ page, strays }) => {
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
      const sections = await page.locator('main > section').all();
      expect(sections).toHaveLength(9);
      for (const section of sections) expect((await section.innerText()).length).toBeGreaterThan(30);
      expect(await page.locator('.drawing.wide:visible').count()).toBe(0);
      expect(strays).toEqual([]);
    });
  });

  it('prints dark on white, whatever the screen is like', async () => {
    await withPage(text, { colorScheme: 'dark' }, async ({ page }) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(23, 32, 43)');
      expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
      expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000);
    });
  });
});

describe('the drawings', () => {
  it('take the colours of the page: the same bar is another blue in the dark', async () => {
    const colours: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await withPage(pages['a published run'], { colorScheme }, async ({ page }) => {
        colours.push(z.string().parse(await page.evaluate(barColour)));
      });
    }
    expect(colours).toEqual(['rgb(34, 104, 184)', 'rgb(106, 174, 255)']);
  });

  it.each([1280, 390])('stay within their frames at %d px: no text is cut off at an edge', async (width) => {
    for (const text of Object.values(pages)) {
      await withPage(text, { viewport: { width, height: 900 } }, async ({ page }) => {
        expect(await page.evaluate(textsCutOff)).toEqual([]);
      });
    }
  });
});

it('fails when the browser that the environment names is not there: nothing is skipped', async () => {
  const before = process.env['FRONTPAGE_CHROMIUM'];
  process.env['FRONTPAGE_CHROMIUM'] = '/nowhere/chromium';
  try {
    await expect(startBrowser()).rejects.toThrow('FRONTPAGE_CHROMIUM names no program: /nowhere/chromium');
  } finally {
    if (before === undefined) delete process.env['FRONTPAGE_CHROMIUM'];
    else process.env['FRONTPAGE_CHROMIUM'] = before;
  }
});

/**
 * Charts as SVG text, drawn by ECharts without a browser. Colours are the page's custom properties, so one drawing is
 * right in light, in dark and in print. Each chart is drawn for a wide and for a narrow page, since a drawing that is
 * scaled down to a phone cannot be read.
 */
import { type EChartsOption, init } from 'echarts';
import { Html, html } from '../../pages/html';

export type Width = 'wide' | 'narrow';

export const widthPx: Readonly<Record<Width, number>> = { wide: 980, narrow: 340 };

export const colour = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  panel: 'var(--panel)',
  first: 'var(--first)',
  second: 'var(--second)',
  third: 'var(--third)',
  quiet: 'var(--quiet)',
  good: 'var(--good)',
  warning: 'var(--warning)',
  bad: 'var(--bad)',
} as const;

export const font = 'system-ui, sans-serif';

export const axisLabel = { color: colour.muted, fontSize: 12, fontFamily: font } as const;
export const axisLine = { lineStyle: { color: colour.line } } as const;
export const splitLine = { lineStyle: { color: colour.line } } as const;

export const legend = {
  top: 0,
  left: 0,
  // Widths of text are estimated, and some fonts are wider.
  itemGap: 26,
  textStyle: { color: colour.ink, fontSize: 12, fontFamily: font },
  // ECharts would draw an inactive entry grey; nobody can click here.
  selectedMode: false,
} as const;

export interface Chart {
  /** Of this chart alone on its page: letters and hyphens. */
  readonly id: string;
  readonly title: string;
  /** What the picture shows, for whoever does not see it. */
  readonly summary: string;
  readonly heightPx: (width: Width) => number;
  readonly option: (width: Width) => EChartsOption;
  /** Every figure of the picture. */
  readonly table: Html;
}

export function figureOf(chart: Chart): Html {
  const drawings = (['wide', 'narrow'] as const).map(
    (width) =>
      html`<div class="drawing ${width}" role="img" aria-label="${chart.summary}">${drawn(chart, width)}</div>`,
  );
  return html`<figure>
<figcaption>${chart.title}</figcaption>
${drawings}
<details><summary>Figures of this chart</summary>${chart.table}</details>
</figure>
`;
}

function drawn({ id, heightPx, option }: Chart, width: Width): Html {
  const drawing = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: widthPx[width],
    height: heightPx(width),
  });
  try {
    drawing.setOption({ animation: false, useUTC: true, backgroundColor: 'transparent', ...option(width) });
    return new Html(still(drawing.renderToSVGString(), `${id}-${width}`));
  } finally {
    drawing.dispose();
  }
}

/**
 * Without what is there for a pointer, and with ids of this chart: ECharts numbers by process, and equal reports make equal
 * pages. Text is escaped by ECharts, so none of it looks like a tag or an attribute.
 */
function still(svg: string, prefix: string): string {
  return svg
    .replaceAll(/<style[^]*?<\/style>/g, '')
    .replaceAll(/ (?:class|ecmeta_\w+)="[^"]*"/g, '')
    .replaceAll(/\bzr\d+-/g, `${prefix}-`);
}

/** How the page looks: in light and in dark, from a phone to paper. Colours have a contrast of at least 4.5 on their ground. */
import { Html } from '../pages/html';

export const style = new Html(`
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --panel: #ffffff; --ink: #17202b; --muted: #566270; --line: #dde3ea; --link: #0b5cad;
  --first: #2268b8; --second: #b4540a; --third: #0d766e; --quiet: #a9b4c0;
  --good: #17703a; --warning: #8a5a00; --bad: #b3261e;
  --good-soft: #e3f4e8; --warning-soft: #fdf1d7; --bad-soft: #fde7e5; --quiet-soft: #eaeef2;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0e1318; --panel: #161d25; --ink: #e7ecf2; --muted: #a0adbb; --line: #2b3641; --link: #7cb8ff;
    --first: #6aaeff; --second: #f0a35c; --third: #4ecdc0; --quiet: #566473;
    --good: #6fd597; --warning: #ecc063; --bad: #ff9a92;
    --good-soft: #14301f; --warning-soft: #352a10; --bad-soft: #3b1a18; --quiet-soft: #232c36;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 8px; }
header, section { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 20px 24px; margin: 0 0 20px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 20px; line-height: 1.3; margin: 0 0 12px; }
p { margin: 0 0 12px; max-width: 78ch; }
a { color: var(--link); }
.eyebrow { margin: 0 0 4px; color: var(--muted); font-size: 14px; }
.badges { margin: 10px 0 16px; }
.badge { display: inline-block; border-radius: 12px; padding: 1px 10px; margin-right: 6px; font-size: 14px; font-weight: 600; }
td .badge { white-space: nowrap; }
.good { background: var(--good-soft); color: var(--good); }
.warning { background: var(--warning-soft); color: var(--warning); }
.bad { background: var(--bad-soft); color: var(--bad); }
.quiet { background: var(--quiet-soft); color: var(--ink); }
.callout { border-left: 4px solid currentColor; border-radius: 6px; padding: 12px 16px 2px; margin: 0 0 16px; }
.callout p { color: var(--ink); max-width: none; }
.message, code, dd, p, li { overflow-wrap: anywhere; }
td, th { overflow-wrap: break-word; }
.absent, .note { color: var(--muted); }
.note { font-size: 14px; }
dl { margin: 0; }
dd { margin: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0 0 16px; }
.tile { border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
.tile dt, .facts dt { color: var(--muted); font-size: 14px; }
.tile dd { font-size: 22px; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tile small { display: block; font-size: 13px; font-weight: 400; color: var(--muted); line-height: 1.4; }
.facts > div { display: grid; grid-template-columns: 210px 1fr; gap: 4px 16px; padding: 5px 0; border-top: 1px solid var(--line); }
nav { margin: 0 0 20px; }
nav ul, .legend { display: flex; flex-wrap: wrap; gap: 6px 18px; list-style: none; padding: 0; margin: 0; font-size: 14px; }
nav a { display: inline-block; padding: 4px 0; }
.legend { margin: 0 0 16px; color: var(--muted); }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 2px; margin-right: 6px; vertical-align: -1px; background: var(--first); }
.swatch.waiting { background: var(--quiet); }
.swatch.preparing { background: var(--third); }
.swatch.interrupted { background: var(--bad); }
figure { margin: 0 0 16px; }
figcaption { font-weight: 600; font-size: 15px; margin: 0 0 8px; }
.drawing svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
details { margin: 6px 0 0; font-size: 14px; }
summary { cursor: pointer; color: var(--link); padding: 4px 0; }
.scroll { overflow-x: auto; margin: 0 0 16px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; font-size: 15px; padding: 0 0 6px; }
th, td { text-align: left; vertical-align: top; padding: 6px 16px 6px 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--muted); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; min-width: 130px; }
.number { text-align: right; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 4px; }
footer { max-width: 1080px; margin: 0 auto; padding: 0 20px 32px; color: var(--muted); font-size: 14px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media screen and (max-width: 719px) {
  main { padding: 16px 12px 4px; }
  header, section { padding: 16px; border-radius: 10px; }
  h1 { font-size: 26px; }
  .facts > div { grid-template-columns: 1fr; gap: 0; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
  .tile { padding: 8px 10px; }
  .tile dd { font-size: 18px; }
  .wide { display: none; }
  .narrow { display: block; max-width: 460px; }
}
@media print {
  body { background: none; font-size: 11pt; }
  main, footer { max-width: none; padding: 0; }
  header, section { border: 0; border-radius: 0; padding: 0; margin: 0 0 18pt; }
  nav, details { display: none; }
  h2 { break-after: avoid; }
  figure, tr, .tile, .callout { break-inside: avoid; }
  .scroll { overflow: visible; }
  .badge, .callout, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`);

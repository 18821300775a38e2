/** Parts that sections of the operator's page are made of. */
import { type Html, html } from '../pages/html';
import type { Had } from './operatorView';

export function shown<T>(part: Had<T>, show: (value: T) => Html): Html {
  return part.ok ? show(part.value) : html`<p class="problem">Not to be had: ${part.problem}</p>`;
}

export function tiles(title: string, figures: readonly (readonly [string, string])[]): Html {
  return html`<h3>${title}</h3><dl class="tiles">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** How many times `of` this is, in words for people. */
export function times(value: number, of: number): string {
  const factor = value / of;
  return `${factor < 10 ? factor.toFixed(1) : whole(factor)} times`;
}

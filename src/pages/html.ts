/**
 * Markup by template: whatever is put into a template is escaped, unless it is markup itself. Pages hold text from
 * outside (messages of services, names and reasons of operators, headlines), and none of it may become part of a page's code.
 */

export class Html {
  constructor(readonly text: string) {}
}

export type HtmlPart = Html | string | number | readonly Html[];

export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  const text = strings.map((string, index) => {
    const part = parts[index];
    return part === undefined ? string : string + textOf(part);
  });
  return new Html(text.join(''));
}

export const nothing = new Html('');

/** Also what is safe in an attribute between double or single quotes. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function textOf(part: HtmlPart): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  return part.map(({ text }) => text).join('');
}

/** Pure: the answer to "why this?" in words that hold, and no more than the lists say. */
import type { MomentWeights } from '../domain/blendWeights';
import type { Tier } from './composeFrontPage';
import type { Reason, ReasonList } from './reasons';

/** Whose lists the reasons are about. */
export type Subject = 'reader' | 'section';

export function tierName(tier: Tier): string {
  switch (tier) {
    case 'personal':
      return 'personal: your own list';
    case 'fresh':
      return 'fresh: what is read now';
    case 'popular':
      return 'popular: most read when the version was made';
    case 'static':
      return 'static: a fixed list';
  }
}

/** The first sentence is the reason; the others are further lists that hold the article. */
export function describeReason({ tier, places }: Reason, subject: Subject, version: string | null): string[] {
  const leading = leadingList(tier, places);
  const others = listOrder.filter((list) => list !== leading && places[list] !== undefined);
  return [
    leading === undefined ? `Tier: ${tierName(tier)}.` : sentence(leading, places[leading] ?? 0, subject, version),
    ...others.map((list) => `Also: ${lowerFirst(sentence(list, places[list] ?? 0, subject, version))}`),
  ];
}

/** Shares of what the lists counted for this page, in percent; what counted nothing is left out. */
export function describeWeights({ popularFirst, popularNext, nextList, door, personal }: MomentWeights): string {
  const sum = (weights: readonly number[]): number => weights.reduce((total, weight) => total + weight, 0);
  const parts: readonly (readonly [string, number])[] = [
    ['personal list', personal],
    ['what visits begin with now', sum(popularFirst)],
    ['what visits go on with now', sum(popularNext)],
    ['what follows the open article', nextList],
    ['what visits of your kind begin with', door],
  ];
  const total = parts.reduce((all, [, weight]) => all + weight, 0);
  return parts
    .filter(([, weight]) => weight > 0)
    .map(([name, weight]) => `${name} ${Math.round((100 * weight) / total)}%`)
    .join(', ');
}

const listOrder: readonly ReasonList[] = ['personal', 'next', 'fresh', 'door', 'popular', 'static'];

/** An article that is from the fresh lists may have been lifted by the next list alone. */
function leadingList(tier: Tier, places: Reason['places']): ReasonList | undefined {
  if (places[tier] !== undefined) return tier;
  return listOrder.find((list) => places[list] !== undefined);
}

function sentence(list: ReasonList, place: number, subject: Subject, version: string | null): string {
  switch (list) {
    case 'personal':
      return `It is number ${place} of your personal list.`;
    case 'next':
      return `Readers of the article you opened last go on with it: number ${place}.`;
    case 'door':
      return `Readers who come from where you came from begin with it: number ${place}.`;
    case 'fresh':
      return subject === 'section'
        ? `It is number ${place} of what is read now in this section.`
        : `It is number ${place} of what everybody reads now.`;
    case 'popular':
      return `It was number ${place} of the most read${subject === 'section' ? ' of this section' : ''} when version ${version} was made.`;
    case 'static':
      return `It is number ${place} of a list that is shown when nothing else is known.`;
  }
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);

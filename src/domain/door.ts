/**
 * The door that a reader came through: where a click was referred from. Readers of one door want the same things more than
 * those of another: what a search engine sends people to is seldom what they open on the portal's own front page.
 */
import { hashOfText } from './freshHash';

/** All readers, whatever their door. No door has this number. */
export const anyDoor = 0;
/** A door is kept with every click of two hours, so it has to be small: two bytes. */
const doors = 0x3fff;

const originPattern = /^https?:\/\/[^/?#]+/i;

/**
 * 1 to 16,383: a hash of the referrer's origin, or of the whole referrer where it is no URL. Two doors of a portal's ten share
 * a number with a chance of 0.3 %, and then a list. No referrer is a door too: the beacon names none for a page of the portal.
 */
export function doorOf(referrer = ''): number {
  const origin = originPattern.exec(referrer)?.[0].toLowerCase() ?? referrer;
  return 1 + (hashOfText(origin) % doors);
}

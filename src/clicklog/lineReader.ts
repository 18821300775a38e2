/** One line of a log → its clicks: none for a line that holds no click, several when clicks are glued together on a line. */
import type { ClickCheck } from '../domain/click';

export type LineReader = (line: string) => readonly ClickCheck[];

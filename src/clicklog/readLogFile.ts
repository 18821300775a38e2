/** One file of a log → its clicks, in the order of the file. */
import type { Click } from '../domain/click';
import type { BadLines } from './badLines';
import { globoReader } from './globoReader';
import type { LineReader } from './lineReader';
import { forEachLine } from './lines';
import type { LogFormat } from './logFiles';
import { readNdjsonLine } from './ndjsonReader';

export async function readLogFile(
  file: string,
  format: LogFormat,
  badLines: BadLines,
  onClick: (click: Click) => void,
): Promise<void> {
  // A reader lives as long as its file, for a header tells how to read the rows below it.
  const read = createLineReader(format, file);
  await forEachLine(file, (line, number) => {
    for (const checked of read(line)) {
      if (checked.ok) onClick(checked.click);
      else badLines.add(file, number, checked);
    }
  });
}

function createLineReader(format: LogFormat, file: string): LineReader {
  switch (format) {
    case 'clicks':
      return readNdjsonLine;
    case 'globo':
      return globoReader(file);
  }
}

/** Which element of the picture a line of the text belongs to. Knows nothing of VS Code. Lines count from 1. */

/** An element of the picture, and the lines of the text it stands for. */
export interface Element {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly lastLine: number;
}

/** The smallest element whose lines hold a line; of elements of the same lines, the first. */
export function elementAt(elements: readonly Element[], file: string, line: number): Element | undefined {
  let best: Element | undefined;
  for (const element of elements) {
    const holds = element.file === file && element.line <= line && line <= element.lastLine;
    if (holds && (!best || element.lastLine - element.line < best.lastLine - best.line)) {
      best = element;
    }
  }
  return best;
}

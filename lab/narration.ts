/**
 * How a story looks in a terminal: calm, aligned, coloured only where a person looks on.
 */
import type { Writable } from 'node:stream';
import type { Narrator } from './scenarios/story.ts';

export interface Terminal extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

type Style = 'green' | 'red' | 'dim' | 'bold';
const CODES: Record<Style, number> = { green: 32, red: 31, dim: 2, bold: 1 };
const INDENT = '      ';
const WIDTH_MAX = 100;

export class Narration implements Narrator {
  readonly #terminal: Terminal;
  readonly #coloured: boolean;

  /** @param environment NO_COLOR (no-color.org) turns colours off. */
  constructor(terminal: Terminal, environment: NodeJS.ProcessEnv) {
    this.#terminal = terminal;
    this.#coloured = terminal.isTTY === true && (environment.NO_COLOR ?? '') === '';
  }

  title(text: string): void {
    this.line(`\n${this.#paint('bold', text)}\n`);
  }

  stepBegins(name: string): void {
    // Cut to one line, since one line is what stepEnds wipes out.
    if (this.#terminal.isTTY) this.#terminal.write(`  ${this.#paint('dim', '…')}   ${name.slice(0, this.#width)}`);
  }

  stepEnds({ name, ok, detail }: { name: string; ok: boolean; detail: string }): void {
    if (this.#terminal.isTTY) this.#terminal.write('\r\x1b[2K');
    this.line(`  ${ok ? this.#paint('green', 'ok') : this.#paint('red', 'NO')}  ${name}`);
    for (const line of this.#wrapped(detail)) this.line(INDENT + (ok ? this.#paint('dim', line) : line));
  }

  logs(text: string): void {
    this.line(`\n${this.#paint('bold', 'The last lines of every program:')}\n${text}`);
  }

  line(text: string): void {
    this.#terminal.write(`${text}\n`);
  }

  /** Room beside the indent. A terminal that does not know its width says 0. */
  get #width(): number {
    return Math.min(this.#terminal.columns || WIDTH_MAX, WIDTH_MAX) - INDENT.length;
  }

  #wrapped(text: string): string[] {
    return text.split('\n').flatMap((line) => wrap(line, this.#width));
  }

  #paint(style: Style, text: string): string {
    return this.#coloured ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
  }
}

/** Breaks a line at spaces; a word longer than the width stays whole, so that it can be copied. */
export function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}

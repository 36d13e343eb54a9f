import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Narration, wrap } from './narration.ts';

class Screen extends Writable {
  readonly isTTY: boolean;
  readonly columns = 40;
  text = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function narrate(isTTY: boolean, environment: NodeJS.ProcessEnv): string {
  const screen = new Screen(isTTY);
  const narration = new Narration(screen, environment);
  narration.stepBegins('a step');
  narration.stepEnds({
    name: 'a step',
    ok: true,
    detail: 'what was seen, in a sentence longer than the screen is wide',
  });
  return screen.text;
}

describe('Narration', () => {
  it('writes plain, wrapped lines to a file', () => {
    expect(narrate(false, {})).toBe(
      '  ok  a step\n      what was seen, in a sentence\n      longer than the screen is wide\n',
    );
  });

  it('uses colours on a terminal, unless NO_COLOR is set', () => {
    expect(narrate(true, {})).toContain('\x1b[32mok\x1b[0m');
    expect(narrate(true, { NO_COLOR: '1' })).not.toContain('\x1b[32m');
  });
});

describe('wrap', () => {
  it('breaks at spaces and keeps long words whole', () => {
    expect(wrap('a bb ccc-that-is-long d', 6)).toEqual(['a bb', 'ccc-that-is-long', 'd']);
    expect(wrap('', 6)).toEqual(['']);
  });
});

import { describe, expect, test } from 'vitest';
import { Silence } from './silence.ts';

describe('a machine', () => {
  test('that is heard is never asked', () => {
    const silence = new Silence();
    for (let look = 0; look < 5; look++) {
      silence.heard();
      expect(silence.look()).toBe('fine');
    }
  });

  test('that is silent is asked once, and then ended', () => {
    const silence = new Silence();
    expect([silence.look(), silence.look(), silence.look()]).toEqual(['fine', 'ask', 'end']);
  });

  test('that answers is fine again, and asked anew after another silence', () => {
    const silence = new Silence();
    silence.look();
    expect(silence.look()).toBe('ask');
    silence.heard();
    expect([silence.look(), silence.look(), silence.look()]).toEqual(['fine', 'ask', 'end']);
  });
});

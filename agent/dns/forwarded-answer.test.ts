import { type Answer, decode, encode } from 'dns-packet';
import { expect, test } from 'vitest';
import { answers, withoutGlue } from './forwarded-answer.ts';

const questions = [{ name: 'corp.example', type: 'NS' as const }];
const NS: Answer = { type: 'NS', name: 'corp.example', ttl: 9, data: 'dc1.corp.example' };
const A: Answer = { type: 'A', name: 'dc1.corp.example', ttl: 9, data: '10.0.0.5' };
const AAAA: Answer = { type: 'AAAA', name: 'dc1.corp.example', ttl: 9, data: '2001:db8::5' };
const TXT: Answer = { type: 'TXT', name: 'note.corp.example', ttl: 9, data: 'x' };
const response = (additionals: Answer[]) => encode({ type: 'response', id: 1, questions, answers: [NS], additionals });

test('addresses beside the answer go, the answer stays', () => {
  expect(withoutGlue(response([A, AAAA]))).toEqual(response([]));
});

test('what is not understood, or cut off, stays byte for byte', () => {
  for (const bytes of [response([]), response([A, TXT]), response([A, AAAA]).subarray(0, -3), Buffer.alloc(12)]) {
    expect(withoutGlue(bytes)).toEqual(bytes);
  }
});

test('any bytes are survived', () => {
  const whole = response([A, AAAA]);
  for (let at = 12; at < whole.length; at++) {
    for (const value of [0, 0x3f, 0x80, 0xc0, 0xff]) {
      const broken = Buffer.from(whole);
      broken[at] = value;
      expect(() => withoutGlue(broken)).not.toThrow();
      expect(() => answers(broken, whole)).not.toThrow();
    }
  }
});

test('an answer is to the question that was asked, in any letter case', () => {
  const question = encode({ id: 1, questions });
  const shouted = encode({ type: 'response', id: 1, questions: [{ name: 'CORP.example', type: 'NS' }] });
  expect(answers(question, shouted)).toBe(true);
  expect(decode(shouted).id).toBe(1);
  expect(answers(question, encode({ type: 'response', id: 2, questions }))).toBe(false);
  expect(answers(question, encode({ type: 'query', id: 1, questions }))).toBe(false);
  const other = [{ name: 'corp.example', type: 'MX' as const }];
  expect(answers(question, encode({ type: 'response', id: 1, questions: other }))).toBe(false);
});

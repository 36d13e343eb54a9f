/**
 * Whether a password is too easy to guess: short, made of what everybody knows, or among the first that
 * a guesser tries. Pure. Sign-ins are rate-limited, so what matters is the first some thousand guesses.
 */
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';

/** What a guesser tries first, of twelve characters and more, without digits and punctuation at the ends. */
const COMMON: ReadonlySet<string> = new Set(
  `administrator administration adminadmin passwordpassword passwort passwordadmin changemenow changeme
  letmeinplease iloveyousomuch iloveyouforever correcthorsebatterystaple welcomehome welcometothejungle
  trustnoone unbelievable supercalifragilistic onceuponatime thisismypassword mypasswordis thisisapassword
  nopassword password passwd p@ssw0rd p@ssword pa$$word pa$$w0rd admin root welcome letmein qwerty
  motdepasse contraseña superman batman starwars maytheforcebewithyou footballfootball liverpoolfc
  manchesterunited ilovemyfamily ilovejesus jesuschrist princessprincess sunshine sunshineday
  summer winter spring autumn monkeymonkey dragondragon secretsecret topsecret systemadministrator
  thequickbrownfox openthedoor opensesame togetherforever abracadabra hellohello helloworld testtest testing
  temporary temporarypassword defaultpassword firstpassword newpassword causeway causewayadmin azureconnect`.split(
    /\s+/,
  ),
);
const LINES = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1q2w3e4r5t6y7u8i9o0p',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
];
/** Names shorter than this stand in too many good passwords to count. */
const NAME_MIN = 4;
/** Of what is left of a password without a name, a guesser tries all. */
const LEFT_OVER_MIN = 6;

/**
 * @param names of the person, the server, subscriptions: what an attacker knows.
 * @throws CausewayError PASSWORD_WEAK
 */
export function requireStrong(password: string, names: readonly string[]): void {
  const issue = weaknessOf(password.normalize('NFKC'), names);
  if (issue !== undefined) {
    throw new CausewayError('PASSWORD_WEAK', { issue, least: LIMITS.PASSWORD_MIN_CHARACTERS.value });
  }
}

function weaknessOf(password: string, names: readonly string[]): string | undefined {
  if ([...password].length < LIMITS.PASSWORD_MIN_CHARACTERS.value) return 'it is too short';
  const plain = password.toLowerCase();
  if (/^(.{1,6}?)\1+.{0,5}$/u.test(plain)) return 'it repeats itself';
  if (isSequence(plain)) return 'its characters follow each other on the keyboard or in the alphabet';
  const bare = plain.replace(/^[\d\W_]+|[\d\W_]+$/gu, '');
  if (COMMON.has(bare) || COMMON.has(plain) || bare === '') return 'it is among the first that a guesser tries';
  const parts = names.flatMap((name) => [name, ...name.split(/[^\p{L}\p{N}]+/u)]).map((name) => name.toLowerCase());
  for (const name of parts) {
    if (name.length < NAME_MIN || !plain.includes(name)) continue;
    if (plain.replaceAll(name, '').length < LEFT_OVER_MIN) return 'it is little more than a name that others know';
  }
  return undefined;
}

/** Whether nearly all of it is runs of four and more along one of the lines, in either direction. */
function isSequence(plain: string): boolean {
  const lines = LINES.flatMap((line) => [line, [...line].reverse().join('')]);
  let left = plain;
  for (let length = Math.min(left.length, 28); length >= 4; length--) {
    for (let start = 0; start + length <= left.length; start++) {
      const run = left.slice(start, start + length);
      if (lines.some((line) => line.includes(run))) left = left.slice(0, start) + left.slice(start + length);
    }
  }
  return left.length < 4;
}

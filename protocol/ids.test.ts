import { expect, test } from 'vitest';
import { toBase64url } from './encoding.ts';
import {
  groupId,
  ID_BYTES,
  machineId,
  roleId,
  serverPin,
  signingPublicKey,
  subscriptionId,
  tunnelPublicKey,
} from './ids.ts';

const HEX = '0123456789abcdef0123456789abcdef';

test.each(Object.entries({ machineId, subscriptionId, groupId, roleId }))('%s', (_name, schema) => {
  expect(schema.parse(HEX)).toHaveLength(2 * ID_BYTES);
  for (const wrong of [HEX.toUpperCase(), HEX.slice(1), `${HEX}0`, `${HEX}\n`, ` ${HEX}`, '', 12, null]) {
    expect(schema.safeParse(wrong).success).toBe(false);
  }
});

test.each(Object.entries({ tunnelPublicKey, signingPublicKey, serverPin }))('%s', (_name, schema) => {
  const text = toBase64url(new Uint8Array(32).fill(0xff));
  expect(schema.parse(text)).toBe(text);
  // The last character holds two bits that must be zero: "9" sets them, and the same key would have two spellings.
  for (const wrong of [`${text}=`, text.slice(1), `${text.slice(0, -1)}9`, `${text}\n`, `${text.slice(1)}+`]) {
    expect(schema.safeParse(wrong).success).toBe(false);
  }
});

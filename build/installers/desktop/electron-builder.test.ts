import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FUSES } from '../../fuses.ts';
import { builderConfiguration } from './electron-builder.ts';
import { BUILDER_SCHEMA } from './pack.ts';

const there = existsSync(BUILDER_SCHEMA);
const configuration = builderConfiguration({
  electronDist: '/electron',
  electronVersion: '45.5.0',
  application: '/application',
  output: '/output',
});

test('every fuse is set as it is written down, but for the one that electron-builder does not know', () => {
  const { wasmTrapHandlers, ...rest } = FUSES;
  expect(wasmTrapHandlers.on).toBe(true);
  expect(configuration.electronFuses).toEqual(
    Object.fromEntries(Object.entries(rest).map(([name, { on }]) => [name, on])),
  );
});

test('an Electron without fuses is packed without them', () => {
  const old = builderConfiguration({ electronDist: '/e', electronVersion: '9.4.1', application: '/a', output: '/o' });
  expect(old.electronFuses).toBeUndefined();
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
}

describe.skipIf(!there)(`by electron-builder’s schema${there ? '' : ' (not fetched: npm run package:desktop)'}`, () => {
  test('every name is known where it stands', () => {
    const schema = JSON.parse(readFileSync(BUILDER_SCHEMA, 'utf8')) as Schema;
    const resolved = (part: Schema): Schema => {
      const [one] = (part.anyOf ?? []).filter(({ $ref }) => $ref !== undefined);
      const name = (part.$ref ?? one?.$ref)?.split('/').at(-1);
      return name === undefined ? part : (schema.definitions?.[name] ?? part);
    };
    const unknown: string[] = [];
    const look = (value: unknown, part: Schema, path: string) => {
      const { properties } = resolved(part);
      if (properties === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return;
      for (const [name, inner] of Object.entries(value)) {
        const known = properties[name];
        if (known === undefined) unknown.push(`${path}.${name}`);
        else look(inner, known, `${path}.${name}`);
      }
    };
    look(configuration, schema, '');
    expect(unknown).toEqual([]);
  });
});

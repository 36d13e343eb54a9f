/**
 * Reads the settings of a role from a YAML file: one mapping, with the names of the original without their
 * prefix. Anchors and aliases are refused, as they could grow without bound.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Scalar, visit } from 'yaml';
import { CausewayError } from '#protocol/errors.ts';
import { readRoleFile } from './role-file.ts';
import { knownSetting, type SettingEntry } from './setting-entry.ts';

const KIND = 'a settings file';

/** @throws CausewayError ROLE_FILE_…, ROLE_SETTING_UNKNOWN, ROLE_SETTING_INVALID */
export async function readSettingsFile(file: string): Promise<SettingEntry[]> {
  const text = await readRoleFile(file, KIND);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false });
  const placeOf = (offset: number | undefined) => `${file}:${lines.linePos(offset ?? 0).line || 1}`;
  const [error] = document.errors;
  if (error !== undefined) throw malformed(placeOf(error.pos[0]), error.message);
  visit(document, (_, node) => {
    if (isAlias(node) || (isNode(node) && 'anchor' in node && node.anchor !== undefined)) {
      throw new CausewayError('ROLE_FILE_UNSAFE', { place: placeOf(node.range?.[0]), construct: 'an anchor or alias' });
    }
  });
  const mapping = document.contents;
  if (mapping === null) return [];
  if (!isMap(mapping)) throw malformed(placeOf(0), 'it has to be one mapping of settings, `Name: value`');
  return mapping.items.map(({ key, value }) => {
    const place = placeOf(isScalar(key) ? key.range?.[0] : 0);
    const written = isScalar(key) ? String(key.value) : '';
    return {
      name: knownSetting(written, { place, written }),
      value: settingValueOf(value, place, written),
      place,
      written,
    };
  });
}

function settingValueOf(node: unknown, place: string, setting: string): string | string[] {
  if (node === null || node === undefined) return '';
  if (isScalar(node)) return textOf(node);
  if (isSeq(node) && node.items.every(isScalar)) return node.items.map((item) => textOf(item as Scalar));
  throw new CausewayError('ROLE_SETTING_INVALID', { place, setting, expected: 'one value or a list of values' });
}

/** As it was written: a password of digits stays what it is. */
function textOf(scalar: Scalar): string {
  if (typeof scalar.value === 'string') return scalar.value;
  return scalar.value === null ? '' : (scalar.source ?? String(scalar.value));
}

function malformed(place: string, issue: string): CausewayError {
  return new CausewayError('ROLE_FILE_MALFORMED', { place, kind: KIND, issue: issue.replace(/\.$/, '') });
}

/**
 * XML as a tree of elements with their lines: namespaces, attributes, children, no text. What could fetch or
 * grow is refused as soon as it is seen: a document type (with it all entities), too many levels.
 */
import { type SaxesAttributeNS, SaxesParser } from 'saxes';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** Of its namespace; empty for none. */
  readonly namespace: string;
  /** Those without a namespace, by their name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Where its first attribute ends, or else its start tag. From 1. */
  readonly line: number;
}

interface Open extends XmlElement {
  readonly children: XmlElement[];
}

/**
 * @param file for messages
 * @param kind what it should be, for people: `a service configuration`
 * @throws CausewayError ROLE_FILE_MALFORMED, ROLE_FILE_UNSAFE
 */
export function parseXml(text: string, file: string, kind: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: Open[] = [];
  let root: XmlElement | undefined;
  let line: number | undefined;
  const unsafe = (construct: string) =>
    new CausewayError('ROLE_FILE_UNSAFE', { place: `${file}:${parser.line}`, construct });
  parser.on('doctype', () => {
    throw unsafe('a document type definition (<!DOCTYPE …>)');
  });
  parser.on('opentagstart', () => {
    line = undefined;
    if (open.length >= LIMITS.ROLE_FILE_DEPTH_MAX.value) {
      throw unsafe(`more than ${LIMITS.ROLE_FILE_DEPTH_MAX.value} elements inside each other`);
    }
  });
  parser.on('attribute', () => {
    line ??= parser.line;
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    const element: Open = {
      name: local,
      namespace: uri,
      attributes: plainAttributes(attributes),
      children: [],
      line: line ?? parser.line,
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.on('error', (error) => {
    throw new CausewayError('ROLE_FILE_MALFORMED', {
      place: `${file}:${parser.line}`,
      kind,
      issue: sentenceOf(error),
    });
  });
  parser.write(text).close();
  // Without a root element the parser has refused it.
  if (root === undefined) throw new CausewayError('ROLE_FILE_MALFORMED', { place: file, kind, issue: 'it is empty' });
  return root;
}

function plainAttributes(attributes: Record<string, SaxesAttributeNS>): Map<string, string> {
  return new Map(
    Object.values(attributes)
      .filter(({ uri }) => uri === '')
      .map(({ local, value }) => [local, value]),
  );
}

/** The parser writes `LINE:COLUMN: text.`; the line is said already. */
function sentenceOf(error: Error): string {
  return error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
}

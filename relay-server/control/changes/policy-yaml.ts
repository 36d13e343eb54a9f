/**
 * A policy document as YAML 1.2: the same bytes for the same document, and read back with the line on
 * which something is wrong.
 */
import { type Document, isNode, LineCounter, parseDocument, stringify, YAMLSeq } from 'yaml';
import { CausewayError } from '#protocol/errors.ts';
import { type PolicyDocument, policyDocument } from '#protocol/rest/changes.ts';
import { type Issue, issueOf } from './document-checks.ts';

const HEADER = `# The network policy of a Causeway subscription: \`causeway-relay policy apply\` makes it so.
`;

export function toYaml({ groups, roles, connections, dnsRoutes }: PolicyDocument): string {
  const pairs = connections.map((pair) => {
    const node = new YAMLSeq<string>();
    node.items = [...pair];
    // One connection, one line: what changed is seen at a glance in a diff.
    node.flow = true;
    return node;
  });
  return (
    HEADER +
    stringify(
      { groups, roles, connections: pairs, ...(dnsRoutes && { dnsRoutes }) },
      { lineWidth: 0, aliasDuplicateObjects: false },
    )
  );
}

/** @throws CausewayError POLICY_FILE_MALFORMED */
export function fromYaml(text: string): PolicyDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw malformed(lineOf(lines, error.pos[0]), error.message);
  let value: unknown;
  try {
    // Aliases can make a short file a very long one; a policy needs none.
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw malformed(undefined, 'it must not use aliases (&name, *name)');
  }
  // Not the same as a policy in which there is nothing: that one says so.
  if (value === null || value === undefined) throw malformed(undefined, 'it is empty');
  const parsed = policyDocument.safeParse(value);
  const issue: Issue | undefined = parsed.success
    ? issueOf(parsed.data)
    : { path: parsed.error.issues[0]?.path.map(keyOf) ?? [], message: parsed.error.issues[0]?.message ?? 'not valid' };
  if (parsed.success && issue === undefined) return parsed.data;
  const path = issue?.path ?? [];
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  throw malformed(lineAt(document, lines, path), `${where}${issue?.message ?? 'not valid'}`);
}

/** @throws CausewayError POLICY_FILE_MALFORMED, for a document that did not come as YAML. */
export function requireSensible(document: PolicyDocument): PolicyDocument {
  const issue = issueOf(document);
  if (issue !== undefined) throw malformed(undefined, `${issue.path.join('.')}: ${issue.message}`);
  return document;
}

/** Of the innermost part of the path that is there. */
function lineAt(document: Document, lines: LineCounter, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lineOf(lines, node.range[0]);
  }
  return undefined;
}

function lineOf(lines: LineCounter, offset: number): number {
  return lines.linePos(offset).line;
}

function malformed(line: number | undefined, issue: string): CausewayError {
  const text = issue.split('\n')[0]?.replace(/\.$/, '') ?? issue;
  return new CausewayError('POLICY_FILE_MALFORMED', { issue: line === undefined ? text : `line ${line}: ${text}` });
}

function keyOf(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key);
}

/**
 * The API's description as a page for people: plain HTML made of the OpenAPI object, without a script.
 * Knows no routes: whatever is described is shown.
 */
interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
  readonly [limit: string]: unknown;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses?: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>;
  readonly 'x-rights'?: string;
}
/** What of an OpenAPI object is looked at. */
export interface Description {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: object;
}

const METHODS = ['get', 'post', 'patch', 'put', 'delete'];
const LIMITS_SHOWN = ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems'];
/** Deeper schemas are named and not opened: the page is to be read. */
const DEPTH_MAX = 6;

export function docsPage(description: Description): string {
  const sections = new Map<string, string[]>();
  const links = new Map<string, string[]>();
  for (const [path, item] of Object.entries((description.paths ?? {}) as Record<string, Record<string, Operation>>)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const tag = operation.tags?.[0] ?? 'other';
      const id = `${method}${path.replace(/[^a-z0-9]+/gi, '-')}`;
      sections.set(tag, [...(sections.get(tag) ?? []), operationOf(id, method, path, operation)]);
      const link = `<li><a href="#${id}"><b>${method.toUpperCase()}</b> ${text(operation.summary ?? path)}</a></li>`;
      links.set(tag, [...(links.get(tag) ?? []), link]);
    }
  }
  const { title, version } = description.info;
  const contents = [...links].map(([tag, items]) => `<h2>${text(tag)}</h2><ul>${items.join('')}</ul>`).join('');
  const body = [...sections]
    .map(([tag, items]) => `<section><h2>${text(tag)}</h2>${items.join('')}</section>`)
    .join('');
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">' +
    `<title>${text(title)} REST API</title><link rel="stylesheet" href="/api/docs.css"></head><body>` +
    `<header><h1>${text(title)} REST API <small>${text(version)}</small></h1>` +
    `<p>${text(description.info.description ?? '')} For programs: <a href="/api/v1/openapi.json">OpenAPI 3.1</a>.</p>` +
    '<p>Send <code>Authorization: Bearer KEY</code> with an API key. Rights are <i>viewer</i>, <i>administrator</i> ' +
    'and <i>owner</i>, each with those before it. Refusals are ' +
    '<code>{ "error": { "code", "message", "remedy", "details" } }</code>; their status is that of the code.</p></header>' +
    `<div class="columns"><nav aria-label="Contents">${contents}</nav><main>${body}</main></div></body></html>`
  );
}

function operationOf(id: string, method: string, path: string, operation: Operation): string {
  const rights = operation['x-rights'] ?? '';
  const parameters = operation.parameters ?? [];
  const body = firstOf(operation.requestBody?.content);
  const answers = Object.entries(operation.responses ?? {});
  return (
    `<article id="${id}"><h3>${text(operation.summary ?? '')}</h3>` +
    `<p class="route"><b class="${method}">${method.toUpperCase()}</b> <code>${text(path)}</code> ` +
    `<span class="rights">${rights === 'nobody' ? 'open to everybody' : `needs ${text(rights)}`}</span></p>` +
    (operation.description === undefined ? '' : `<p>${text(operation.description)}</p>`) +
    (parameters.length === 0 ? '' : `<h4>Parameters</h4><ul>${parameters.map(parameterOf).join('')}</ul>`) +
    (body === undefined ? '' : `<h4>Body</h4>${schemaOf(body, 0)}`) +
    `<h4>Answers</h4><ul>${answers.map(answerOf).join('')}</ul></article>`
  );
}

function parameterOf({ name, in: where, required, description, schema }: Parameter): string {
  const said = description ?? schema?.description;
  return (
    `<li><code>${text(name)}</code> <span class="type">${kindOf(schema ?? {})}</span> in the ${text(where)}` +
    `${required === true ? '' : ', optional'}${said === undefined ? '' : `: ${text(said)}`}</li>`
  );
}

function answerOf([status, answer]: [string, { description?: string; content?: Content }]): string {
  const schema = firstOf(answer.content);
  const said = answer.description === 'Default Response' ? '' : (answer.description ?? '');
  // Refusals have one form, which stands at the head of the page.
  const shown = schema === undefined || /^[45]/.test(status) ? '' : schemaOf(schema, 0);
  return `<li><b>${text(status)}</b> ${/^[45]XX$/i.test(status) ? 'a refusal' : text(said)}${shown}</li>`;
}

function firstOf(content: Content | undefined): Schema | undefined {
  return Object.values(content ?? {})[0]?.schema;
}

function schemaOf(schema: Schema, depth: number): string {
  const said = schema.description === undefined ? '' : ` ${text(schema.description)}`;
  if (depth > DEPTH_MAX) return `<span class="type">${kindOf(schema)}</span>`;
  const choices = (schema.anyOf ?? schema.oneOf ?? schema.allOf)?.filter(({ type }) => type !== 'null');
  if (choices?.some(isDeep)) {
    const word = choices.length === 1 ? '' : '<span class="type">one of</span>';
    return `${said}${word}${choices.map((choice) => schemaOf(choice, depth + 1)).join('')}`;
  }
  if (schema.items !== undefined && isDeep(schema.items)) {
    return `<span class="type">list of</span>${said}${schemaOf(schema.items, depth + 1)}`;
  }
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return `<span class="type">${kindOf(schema)}</span>${said}`;
  const required = new Set(schema.required ?? []);
  const items = properties.map(
    ([name, property]) =>
      `<li><code>${text(name)}</code>${required.has(name) ? '' : ' <i>optional</i>'} ${schemaOf(property, depth + 1)}</li>`,
  );
  return `${said}<ul class="schema">${items.join('')}</ul>`;
}

function isDeep(schema: Schema): boolean {
  const inner = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? (schema.items === undefined ? [] : [schema.items]);
  return schema.properties !== undefined || inner.some(isDeep);
}

/** In one line: `string, at most 80`. */
function kindOf(schema: Schema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(kindOf).join(' or ');
  if (schema.items !== undefined) return `list of ${kindOf(schema.items)}`;
  if (schema.const !== undefined) return text(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => text(JSON.stringify(value))).join(' or ');
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'anything');
  const limits = LIMITS_SHOWN.filter((key) => typeof schema[key] === 'number' && Math.abs(schema[key]) < 1e12);
  return [
    text(String(schema.format ?? type)),
    ...limits.map((key) => `${key} ${String(schema[key])}`),
    ...(schema.default === undefined ? [] : [`default ${text(JSON.stringify(schema.default))}`]),
  ].join(', ');
}

function text(plain: string): string {
  return plain.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

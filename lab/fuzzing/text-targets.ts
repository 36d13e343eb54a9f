/** What comes as text: messages of server and machines, bodies of REST, tokens, and files of people. */

import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { GarbageError, messagesOf } from '#agent/local-api/line-socket.ts';
import { groupIn } from '#agent/local-api/users-group.ts';
import { addOurs, askedServers, nameServers, takeOutOurs } from '#agent/os/resolv-conf.ts';
import { isExcepted } from '#agent/proxy/no-proxy.ts';
import { waysOf } from '#agent/proxy/proxies.ts';
import { parseCredentials, parseProxy } from '#agent/proxy/proxy.ts';
import { SERVICE_CONFIGURATION, SERVICE_DEFINITION } from '#agent/role/settings/original-files.fixture.ts';
import { parseXml } from '#agent/role/settings/xml-tree.ts';
import { activationFileText, tokenLineOf, tokenOfFile } from '#protocol/activation-file.ts';
import {
  CONTROL_METHODS,
  type ControlMethod,
  controlRequest,
  laterEvent,
  serverMessage,
} from '#protocol/control-messages.ts';
import { dnsRouteOf } from '#protocol/dns-routes.ts';
import { fromWire } from '#protocol/errors.ts';
import { verifyGrant, verifyTicket } from '#protocol/grants.ts';
import { serverPin, subscriptionId } from '#protocol/ids.ts';
import { localAnswer, localCancel, localRequest } from '#protocol/local-api.ts';
import { readCertificate, readDelegation } from '#protocol/lock/certificate.ts';
import { seedOfFile } from '#protocol/lock/key.ts';
import { recoveryHashOf } from '#protocol/lock/recovery.ts';
import { labelFromHostName, parseLabel } from '#protocol/names.ts';
import * as access from '#protocol/rest/access.ts';
import * as changes from '#protocol/rest/changes.ts';
import * as installing from '#protocol/rest/installing.ts';
import * as machines from '#protocol/rest/machines.ts';
import * as policy from '#protocol/rest/policy.ts';
import { decodeToken, encodeToken } from '#protocol/token.ts';
import { rangeOf } from '#relay-server/api/byte-range.ts';
import { flowCookie, sessionCookie } from '#relay-server/api/session-cookie.ts';
import { fromYaml, toYaml } from '#relay-server/control/changes/policy-yaml.ts';
import { type FuzzTarget, jsonOf, laterOrRefused, orRefused, requireSame } from './target.ts';

const TOKEN = encodeToken({
  server: 'https://relay.example',
  pin: serverPin.parse('A'.repeat(43)),
  subscription: subscriptionId.parse('03'.repeat(16)),
  secret: new Uint8Array(20),
});
const LINE_MAX_BYTES = 4_096;
const JWT = 'eyJhbGciOiJFZERTQSIsInR5cCI6ImNhdXNld2F5LWdyYW50K2p3dCJ9.eyJpYXQiOjEsImV4cCI6Mn0.AAAA';
const JSON_WORDS = ['{"', '":', '",', '[]', '{}', 'null', 'true', '1e999', '-1', '"\\ud800"', '__proto__'];
const OURS = { server: '127.53.0.1', suffix: 'contoso.causeway.internal' };
const key = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
const PUBLIC_KEY = (key as { publicKey: Parameters<typeof verifyGrant>[1] }).publicKey;
const BODIES = [access, changes, installing, machines, policy]
  .flatMap((module) => Object.values(module) as unknown[])
  .filter(
    (value): value is { safeParse(json: unknown): unknown } =>
      typeof (value as { safeParse?: unknown }).safeParse === 'function',
  );

export const TEXT_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'control',
    about: 'control messages, of machines and of the server',
    seeds: [
      JSON.stringify({ type: 'request', id: 1, method: 'sync', params: { peers: ['01'.repeat(16)] } }),
      JSON.stringify({ type: 'event', event: 'policy-changed', policyVersion: 3 }),
      JSON.stringify({ type: 'response', id: 1, ok: false, error: { code: 'POLICY_DENIED', params: { reason: 'x' } } }),
      JSON.stringify({ type: 'request', id: 1, method: 'peerByName', params: { name: 'sql01' } }),
    ],
    words: [...JSON_WORDS, '"type":', '"request"', '"event"', '"method":', ...Object.keys(CONTROL_METHODS)],
    run: (input) => {
      const json = jsonOf(input.toString());
      const request = controlRequest.safeParse(json);
      if (request.success) CONTROL_METHODS[request.data.method as ControlMethod].params.safeParse(request.data.params);
      laterEvent.safeParse(json);
      const message = serverMessage.safeParse(json);
      if (message.success && message.data.type === 'response' && !message.data.ok)
        fromWire(message.data.error).toWire();
    },
  },
  {
    name: 'rest',
    about: 'bodies of REST, of whoever holds a key',
    seeds: [
      JSON.stringify({ changes: [{ do: 'create-group', name: 'Büro' }], expectPolicyVersion: 1 }),
      JSON.stringify({ changes: [{ do: 'assign', machines: ['sql01'], group: null }] }),
      JSON.stringify({ name: 'x', password: 'correct horse', description: '' }),
    ],
    words: [...JSON_WORDS, '"changes":', '"do":', '"connect"', '"kind":', '"group"', '"role"', '"name":'],
    run: (input) => {
      const json = jsonOf(input.toString());
      for (const body of BODIES) body.safeParse(json);
    },
  },
  {
    name: 'http-headers',
    about: 'cookies and ranges, of anybody',
    seeds: ['__Host-causeway=abc; other=1', 'bytes=0-10', 'bytes=-5', 'bytes=5-'],
    words: ['__Host-', 'bytes=', '; ', '-', '='],
    run: (input) => {
      const text = input.toString('latin1');
      sessionCookie(text);
      flowCookie(text);
      const range = rangeOf(text, 1_000);
      if (typeof range === 'object' && !(range.from >= 0 && range.from <= range.to && range.to < 1_000)) {
        throw new Error(`the range ${range.from} to ${range.to} is not in the file`);
      }
    },
  },
  {
    name: 'token',
    about: 'activation tokens and files, of people',
    seeds: [TOKEN, activationFileText(TOKEN, 'contoso'), `  ${TOKEN}\n`],
    run: (input) => {
      const text = input.toString();
      const token = orRefused(() => decodeToken(text));
      if (token !== undefined) requireSame('a token is written as it was read', decodeToken(encodeToken(token)), token);
      tokenOfFile(text);
      tokenLineOf(text);
    },
  },
  {
    name: 'grants',
    about: 'grants, tickets and lock certificates, of peers and machines',
    seeds: [JWT, `${JWT}~${JWT}`, 'a.b.c'],
    words: ['.', '~', 'eyJ', '=='],
    run: async (input) => {
      const text = input.toString('latin1');
      const grant = await laterOrRefused(() => verifyGrant(text, PUBLIC_KEY, 0));
      const ticket = await laterOrRefused(() => verifyTicket(text, PUBLIC_KEY, 0));
      if (grant !== undefined || ticket !== undefined) throw new Error('a statement verifies that nobody signed');
      for (const read of [readCertificate, readDelegation]) await laterOrRefused<unknown>(() => read(text));
      for (const read of [seedOfFile, recoveryHashOf]) orRefused<unknown>(() => read(text));
    },
  },
  {
    name: 'local-api',
    about: 'lines on the agent’s socket, of local users and of the agent',
    seeds: ['{"id":1,"method":"status","params":{}}\n', '{"id":1,"result":{}}\n{"cancel":1}\n', '\n'],
    words: [...JSON_WORDS, '"id":', '"method":', '"cancel":', '\n'],
    run: async (input) => {
      const socket = new PassThrough();
      for (let at = 0; at < input.length; at += 50) socket.write(input.subarray(at, at + 50));
      socket.end();
      try {
        for await (const line of messagesOf(socket as unknown as Socket, LINE_MAX_BYTES)) {
          for (const shape of [localRequest, localAnswer, localCancel]) shape.safeParse(line);
        }
      } catch (error) {
        if (!(error instanceof GarbageError)) throw error;
      }
    },
  },
  {
    name: 'service-files',
    about: 'service definitions and configurations (XML), of developers',
    seeds: [SERVICE_DEFINITION, SERVICE_CONFIGURATION, '<a xmlns="b"><c d="e"/></a>'],
    words: ['<!DOCTYPE ', '<!ENTITY ', '&amp;', '&#0;', '<![CDATA[', ']]>', '<?xml ', 'xmlns:', '/>', '">'],
    run: (input) => orRefused(() => parseXml(input.toString(), 'file', 'a service configuration')),
  },
  {
    name: 'policy-yaml',
    about: 'policy files, of administrators',
    seeds: [
      'groups:\n  - name: Office\n    interconnected: true\nroles: []\nconnections: []\n',
      'groups: [{name: a}]\nroles: [{name: web}]\nconnections:\n  - {group: a, role: web}\n',
      'a: &a [1]\nb: *a\n',
    ],
    words: ['groups:', 'roles:', 'connections:', '  - ', ': ', '&a', '*a', '!!', '|\n', '? ', '<<: '],
    run: (input) => {
      const document = orRefused(() => fromYaml(input.toString()));
      if (document !== undefined)
        requireSame('a policy is written as it was read', toYaml(fromYaml(toYaml(document))), toYaml(document));
    },
  },
  {
    name: 'resolv-conf',
    about: '/etc/resolv.conf and /etc/group, of any program',
    seeds: ['nameserver 10.0.0.1\nsearch corp.example\n', 'options rotate\n# x', 'causeway:x:990:alice,bob\n'],
    words: ['nameserver ', 'search ', '# causeway: begin', '# causeway: end', 'options ', '\n'],
    run: (input) => {
      const text = input.toString('latin1');
      nameServers(text);
      askedServers(text);
      groupIn(text, 'causeway');
      if (text.includes('causeway')) return;
      for (const place of ['first', 'only', 'nowhere'] as const) {
        const ours = { ...OURS, place };
        requireSame('what we put in can be taken out', takeOutOurs(addOurs(text, ours, null).text, ours), text);
      }
    },
  },
  {
    name: 'settings',
    about: 'names, DNS routes, proxies and PAC answers, of people and their systems',
    seeds: [
      'sql01.corp.example',
      '10.0.0.1, fd00::1',
      'http://user:secret@proxy:3128',
      'PROXY a:1; DIRECT',
      '*.corp,10.0.0.0/8',
    ],
    words: ['PROXY ', 'DIRECT', 'http://', 'https://', '@', ':', '*', '.', ',', '::', '%'],
    run: (input) => {
      const text = input.toString();
      orRefused(() => parseLabel(text));
      labelFromHostName(text);
      orRefused(() => dnsRouteOf(text, '10.0.0.1'));
      orRefused(() => dnsRouteOf('corp.example', text));
      const proxy = orRefused(() => parseProxy(text, 'the test'));
      // A single letter may be in the word "http".
      const secret = proxy?.credentials?.reveal() ?? '';
      if (secret.length > 8 && proxy?.shown.includes(secret)) {
        throw new Error('what is shown of a proxy holds its password');
      }
      orRefused(() => parseCredentials(text, 'the test'));
      orRefused(() => waysOf(text, { kind: 'pac', url: 'http://x', place: 'the test' } as never));
      isExcepted(text, 'relay.example', 443);
    },
  },
];

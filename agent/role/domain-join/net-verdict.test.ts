/** The sentences are those of Samba 4.17's `net`, as it printed them in the lab. */
import { expect, it } from 'vitest';
import { netRefusal } from './net-verdict.ts';

const ATTEMPT = { domain: 'corp.example', account: 'joiner', computer: 'WEB-1', ou: 'OU=Web,DC=corp,DC=example' };

it.each([
  [
    "Failed to join domain: failed to lookup DC info for domain 'CORP.EXAMPLE' over rpc: The attempted logon is invalid. This is either due to a bad username or authentication information.",
    'DOMAIN_PASSWORD_WRONG',
  ],
  [
    'kerberos_kinit_password joiner@CORP.EXAMPLE failed: Preauthentication failed\nFailed to leave domain: failed to connect to AD: Invalid credentials',
    'DOMAIN_PASSWORD_WRONG',
  ],
  [
    "Failed to join domain: failed to lookup DC info for domain 'CORP.EXAMPLE' over rpc: The referenced account is currently disabled and cannot be logged on to.",
    'DOMAIN_ACCOUNT_UNUSABLE',
  ],
  [
    "Failed to join domain: failed to lookup DC info for domain 'CORP.EXAMPLE' over rpc: The user account has expired.",
    'DOMAIN_ACCOUNT_UNUSABLE',
  ],
  [
    'Failed to join domain: failed to precreate account in ou ou=Web,ou=Nope,dc=CORP,dc=EXAMPLE: No such object',
    'DOMAIN_OU_MISSING',
  ],
  [
    'ads_print_error: AD LDAP ERROR: 50 (Insufficient access): acl: unable to get access to CN=WEB-1,CN=Computers,DC=corp,DC=example\n\nFailed to join domain: User specified does not have administrator privileges',
    'DOMAIN_JOIN_NOT_ALLOWED',
  ],
  [
    'Failed to join domain: Failed to set account flags for machine account (NT_STATUS_ACCESS_DENIED)',
    'DOMAIN_JOIN_NOT_ALLOWED',
  ],
  [
    'Failed to join domain: failed to find DC for domain CORP - {Operation Failed} The requested operation was unsuccessful.',
    'DOMAIN_CONTROLLER_NOT_FOUND',
  ],
  ['Failed to join domain: something that was never seen before', 'DOMAIN_JOIN_FAILED'],
  ['', 'DOMAIN_JOIN_FAILED'],
])('%j is %s', (stderr, code) => {
  expect(netRefusal({ code: 255, stdout: '', stderr }, ATTEMPT, 'DOMAIN_JOIN_FAILED').code).toBe(code);
});

it('passes on Samba’s own summary, and none of its noise', () => {
  const stderr = `Error reading password from file descriptor 0: empty password
Failed to join domain: something that was never seen before.`;
  const refusal = netRefusal({ code: 255, stdout: '', stderr }, ATTEMPT, 'DOMAIN_JOIN_FAILED');
  expect(refusal.message).toBe(
    'The computer WEB-1 could not join the domain corp.example: something that was never seen before.',
  );
});

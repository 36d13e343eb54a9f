import { expect, it } from 'vitest';
import { withoutSecrets } from './domain-tools.ts';

it('keeps the settings of the role from the programs that join', () => {
  const environment = { PATH: '/bin', CAUSEWAY_DOMAIN_PASSWORD: 'secret', CAUSEWAY_ACTIVATION_TOKEN: 'secret' };
  expect(withoutSecrets(environment)).toEqual({ PATH: '/bin' });
});

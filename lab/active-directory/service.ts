/**
 * The files by which developers configured the original, with the settings of one role that joins the
 * lab's domain.
 */
import { DOMAIN, JOINER } from './controller.ts';

export const ROLE = 'OrdersWeb';
const SCHEMAS = 'http://schemas.microsoft.com/ServiceHosting/2008/10';

export const SERVICE_DEFINITION = `<?xml version="1.0" encoding="utf-8"?>
<ServiceDefinition name="ContosoOrders" xmlns="${SCHEMAS}/ServiceDefinition">
  <WebRole name="${ROLE}" vmsize="Small">
    <Imports>
      <Import moduleName="Connect" />
    </Imports>
  </WebRole>
</ServiceDefinition>
`;

/** @param changed settings that differ; null leaves one out */
export function serviceConfiguration(token: string, changed: Readonly<Record<string, string | null>> = {}): string {
  const settings: Readonly<Record<string, string | null>> = {
    ActivationToken: token,
    WaitForConnectivity: 'True',
    EnableDomainJoin: 'true',
    DomainFQDN: DOMAIN,
    DomainControllerFQDN: `dc1.${DOMAIN}`,
    DomainAccountName: `CORP\\${JOINER.name}`,
    DomainPassword: JOINER.password,
    DomainOU: 'OU=Web,OU=Roles,DC=corp,DC=example',
    DomainSiteName: '',
    DNSServers: 'dc1',
    Administrators: 'CORP\\web-admins',
    ...changed,
  };
  const lines = Object.entries(settings)
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .map(
      ([name, value]) => `<Setting name="Microsoft.WindowsAzure.Plugins.Connect.${name}" value="${escaped(value)}" />`,
    );
  return `<?xml version="1.0" encoding="utf-8"?>
<ServiceConfiguration serviceName="ContosoOrders" xmlns="${SCHEMAS}/ServiceConfiguration" osFamily="2" osVersion="*">
  <Role name="${ROLE}">
    <Instances count="1" />
    <ConfigurationSettings>
      ${lines.join('\n      ')}
    </ConfigurationSettings>
  </Role>
</ServiceConfiguration>
`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}

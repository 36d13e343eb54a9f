/**
 * A service as its developers had it in 2011: what Visual Studio's tools of SDK 1.4 wrote, with the plug-in's
 * settings as it put them there, filled in as the guides of the time say. Between them, settings of other
 * plug-ins and of the application.
 */
export const SERVICE_DEFINITION = `<?xml version="1.0" encoding="utf-8"?>
<ServiceDefinition name="ContosoOrders" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceDefinition">
  <WebRole name="OrdersWeb" vmsize="Small">
    <Sites>
      <Site name="Web">
        <Bindings>
          <Binding name="HttpIn" endpointName="HttpIn" />
        </Bindings>
      </Site>
    </Sites>
    <Endpoints>
      <InputEndpoint name="HttpIn" protocol="http" port="80" />
    </Endpoints>
    <Imports>
      <Import moduleName="Diagnostics" />
      <Import moduleName="Connect" />
      <Import moduleName="RemoteAccess" />
    </Imports>
    <ConfigurationSettings>
      <Setting name="OrdersDatabase" />
    </ConfigurationSettings>
  </WebRole>
  <WorkerRole name="OrdersMailer" vmsize="ExtraSmall">
    <Imports>
      <Import moduleName="Diagnostics" />
    </Imports>
  </WorkerRole>
</ServiceDefinition>
`;

export const SERVICE_CONFIGURATION = `<?xml version="1.0" encoding="utf-8"?>
<ServiceConfiguration serviceName="ContosoOrders" xmlns="http://schemas.microsoft.com/ServiceHosting/2008/10/ServiceConfiguration" osFamily="2" osVersion="*">
  <Role name="OrdersMailer">
    <Instances count="1" />
    <ConfigurationSettings>
      <Setting name="Microsoft.WindowsAzure.Plugins.Diagnostics.ConnectionString" value="UseDevelopmentStorage=true" />
    </ConfigurationSettings>
  </Role>
  <Role name="OrdersWeb">
    <Instances count="2" />
    <ConfigurationSettings>
      <Setting name="OrdersDatabase" value="Server=SQL01;Database=Orders;Integrated Security=SSPI" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Diagnostics.ConnectionString" value="UseDevelopmentStorage=true" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.ActivationToken" value="cwt1_AAAA" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.Refresh" value="" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.WaitForConnectivity" value="True" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.Upgrade" value="" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.EnableDomainJoin" value="true" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.DomainFQDN" value="corp.contoso.com" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.DomainControllerFQDN" value="dc01.corp.contoso.com" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.DomainAccountName" value="CORP\\joiner" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.DomainPassword" value="Pass&amp;word1 &lt;ok&gt;" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.DomainOU" value="OU=Cloud Roles,DC=corp,DC=contoso,DC=com" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.Administrators" value="CORP\\web-admins, CORP\\alice" />
      <Setting name="Microsoft.WindowsAzure.Plugins.Connect.DomainSiteName" value="" />
      <Setting name="Microsoft.WindowsAzure.Plugins.RemoteAccess.Enabled" value="true" />
    </ConfigurationSettings>
    <Certificates>
      <Certificate name="Microsoft.WindowsAzure.Plugins.RemoteAccess.PasswordEncryption" thumbprint="8057987CA80579870000000000000000CA8057AA" thumbprintAlgorithm="sha1" />
    </Certificates>
  </Role>
</ServiceConfiguration>
`;

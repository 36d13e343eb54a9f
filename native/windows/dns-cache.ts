/** Forgets what Windows has looked up (dnsapi.dll): answers from before a rule was set would go on being given. */
import koffi from 'koffi';

export function flushDnsCache(): void {
  koffi.load('dnsapi.dll').func('int __stdcall DnsFlushResolverCache()')();
}

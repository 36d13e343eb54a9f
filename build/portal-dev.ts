/**
 * The portal with hot reload, in front of a relay server that runs already:
 *
 *     npm run dev:portal                                 the server at https://127.0.0.1:8443
 *     npm run dev:portal -- https://relay.example.com    another one
 */
import { createServer } from 'vite';
import { portalConfig } from './portal-config.ts';

const server = process.argv[2] ?? 'https://127.0.0.1:8443';
const target = new URL(server).origin;
const vite = await createServer({
  ...portalConfig(),
  logLevel: 'info',
  server: {
    port: 5173,
    proxy: {
      // The portal's own folder api/ is served under the same word.
      '^/api/(v1|docs|csp-report)': {
        target,
        changeOrigin: true,
        secure: false, // the certificate of a server on this computer is its own
        configure: (proxy) => {
          // The server takes changes only from pages of its own origin.
          proxy.on('proxyReq', (request) => {
            if (request.getHeader('origin') !== undefined) request.setHeader('origin', target);
          });
        },
      },
    },
  },
});
await vite.listen();
vite.printUrls();
console.log(`  /api goes to ${target}`);

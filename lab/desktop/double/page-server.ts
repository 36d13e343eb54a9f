/** Serves the built window on this computer alone, with the policy that the application gives it. */
import { createServer, type Server } from 'node:http';
import { fileOf, readPageFile } from '#electron/main/page-files.ts';

export class PageServer implements AsyncDisposable {
  readonly origin: string;
  readonly #server: Server;

  private constructor(server: Server, origin: string) {
    this.#server = server;
    this.origin = origin;
  }

  /** @param directory with the built window @param port any free one if 0 */
  static async listen(directory: string, port = 0): Promise<PageServer> {
    const server = createServer((request, response) => {
      const path = fileOf(directory, new URL(request.url ?? '/', 'http://localhost').href);
      const file = path === undefined ? Promise.reject(new Error('not of the page')) : readPageFile(path);
      file.then(
        ({ body, headers }) => response.writeHead(200, headers).end(body),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the page has no port');
    return new PageServer(server, `http://127.0.0.1:${address.port}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

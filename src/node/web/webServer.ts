import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HandgradError } from "../../tensor/errors.ts";
import { appPolicy } from "./policy.ts";

/** The port of `handgrad web`. It is always the same, because a browser stores data for each address separately. */
export const usualPort = 8347;

export interface WebServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a folder with the web app to browsers on this machine only: on 127.0.0.1, to requests whose Host is this address
 * (against DNS rebinding), with the headers that threads need (https://web.dev/articles/coop-coep). Throws HandgradError if the
 * port is taken.
 */
export async function serveWebApp(
  folder: string,
  { port = usualPort }: { readonly port?: number } = {},
): Promise<WebServer> {
  const [{ createServer }, { default: sirv }] = await Promise.all([import("node:http"), import("sirv")]); // used by one command
  const files = sirv(folder, {
    // looks for files at each request, so that a rebuild is visible at the next reload
    dev: true,
    etag: true,
    setHeaders: (response, path) => response.setHeader("Cache-Control", caching(path)),
  });
  const server: Server = createServer((request, response) => {
    const { host = "" } = request.headers;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const refuse = (status: number, text: string): void => {
      response.writeHead(status, { "Content-Type": "text/plain" }).end(text);
    };
    if (!hosts.has(host)) refuse(403, "this server answers only requests to 127.0.0.1 and localhost\n");
    else if (request.method !== "GET" && request.method !== "HEAD") refuse(405, "expected GET\n");
    else files(request, response, () => refuse(404, "no such file\n"));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(error, port)));
    server.listen(port, "127.0.0.1", resolve);
  });
  const used = (server.address() as AddressInfo).port;
  const hosts = new Set([`127.0.0.1:${used}`, `localhost:${used}`]);
  return {
    url: `http://127.0.0.1:${used}/`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function portError({ code, message }: NodeJS.ErrnoException, port: number): HandgradError {
  if (code !== "EADDRINUSE") return new HandgradError(`--port ${port}: cannot be opened: ${message}`);
  return new HandgradError(
    `--port ${port}: another program uses this port, perhaps \`handgrad web\` in another terminal; stop it, or choose another port (the browser stores data for each port separately)`,
  );
}

/** The content of files with a hash in their name never changes. */
const caching = (path: string): string => (/-[\w-]{8}\.\w+$/.test(path) ? "max-age=31536000, immutable" : "no-cache");

const headers = {
  "Content-Security-Policy": appPolicy,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
} as const;

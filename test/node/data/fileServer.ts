import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine whose behaviour is changed from test to test, and what it was asked. */
export async function fileServer() {
  const server = createServer((request, response) => {
    requests.push({ method: request.method, range: request.headers.range, ifRange: request.headers["if-range"] });
    state.handler(request, response);
  });
  const requests: { method: string | undefined; range: string | undefined; ifRange: string | string[] | undefined }[] =
    [];
  const state = { handler: (() => {}) as Handler };
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    serve(handler: Handler): void {
      requests.length = 0;
      state.handler = handler;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Serves the bytes as a well-behaved server does, ranges and If-Range included. */
export function wellBehaved(bytes: Uint8Array, etag = '"one"'): Handler {
  return (request, response) => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    const isCurrent = [undefined, etag].includes(request.headers["if-range"] as string | undefined);
    const start = range && isCurrent ? Number(range[1]) : 0;
    const headers: Record<string, string | number> = { etag, "content-length": bytes.length - start };
    if (range && start >= bytes.length) return void response.writeHead(416).end();
    if (start > 0) headers["content-range"] = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(start > 0 ? 206 : 200, headers);
    response.end(request.method === "HEAD" ? undefined : bytes.subarray(start));
  };
}

/**
 * Serves like the other handler, but breaks the connection after this number of bytes of each answer: when `received` says that
 * the client has that many more, or else after a while.
 */
export function breakingAfter(count: number, bytes: Uint8Array, { etag, received }: BreakOptions = {}): Handler {
  return (request, response) => {
    const whole = response.end.bind(response);
    response.end = ((body?: Uint8Array) => {
      if (body === undefined || body.length <= count) return whole(body);
      const wanted = (received?.() ?? 0) + count;
      const disconnectOnArrival = (): void => {
        if (received && received() < wanted) setTimeout(disconnectOnArrival, 5);
        else response.destroy();
      };
      response.write(body.subarray(0, count), () => setTimeout(disconnectOnArrival, 20));
      return response;
    }) as typeof response.end;
    wellBehaved(bytes, etag)(request, response);
  };
}

interface BreakOptions {
  readonly etag?: string;
  readonly received?: () => number;
}

import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { HandgradError } from "../../tensor/errors.ts";

/** The newest data of each event, by name: everything that a page needs. */
export type LiveState = Readonly<Record<string, string>>;

export interface LiveServerOptions {
  /** the HTML of the page; `nonce` is for its script */
  readonly page: (nonce: string) => string;
  /** the state so far; a page gets it when it connects, also after a reload */
  readonly state: () => LiveState;
  /** called when the stop button of the page is pressed */
  readonly onStop: () => void;
  /** the HTML of the report, when it is ready */
  readonly report?: () => string | undefined;
}

/** The time that a server waits at the end for pages to load the report. */
const graceMilliseconds = 3000;

/**
 * Serves a page about the work of this process to browsers on this machine only. It listens on 127.0.0.1 at a free port, and
 * answers only requests whose path has a random token and whose Host is this address, so that no other page can read it (DNS
 * rebinding). Events are sent as they happen (server-sent events,
 * https://html.spec.whatwg.org/multipage/server-sent-events.html).
 */
export class LiveServer {
  readonly url: string;
  private readonly server: Server;
  private readonly hosts: ReadonlySet<string>;
  private readonly path: string;
  private readonly options: LiveServerOptions;
  private readonly streams = new Set<ServerResponse>();
  /** pages that have received the end and not yet loaded the report */
  private waiting = new Set<ServerResponse>();
  private done: (() => void) | undefined;

  private constructor(server: Server, token: string, options: LiveServerOptions) {
    const { port } = server.address() as AddressInfo;
    this.server = server;
    this.hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
    this.path = `/${token}/`;
    this.url = `http://127.0.0.1:${port}${this.path}`;
    this.options = options;
    server.on("request", (request, response) => this.answer(request, response));
  }

  /** Throws HandgradError if no port can be opened. */
  static async start(options: LiveServerOptions): Promise<LiveServer> {
    const { createServer } = await import("node:http"); // only here: it loads much that a training without a page does not need
    const server = createServer({ requestTimeout: 10_000 });
    await new Promise<void>((resolve, reject) => {
      server.once("error", ({ message }) => reject(new HandgradError(`--watch: cannot open a port: ${message}`)));
      server.listen(0, "127.0.0.1", resolve);
    });
    return new LiveServer(server, randomBytes(16).toString("hex"), options);
  }

  /** Whether a page is open. Otherwise no figures are drawn. */
  get watched(): boolean {
    return this.streams.size > 0;
  }

  /** Sends an event to all open pages. */
  publish(event: string, data: string): void {
    for (const stream of this.streams) send(stream, event, data);
  }

  /** Sends the event `end`, gives open pages time to load the report, and stops listening. */
  async close(end: string): Promise<void> {
    this.waiting = new Set(this.streams);
    this.publish("end", end);
    if (this.waiting.size > 0 && this.options.report?.() !== undefined) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, graceMilliseconds);
        this.done = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const stream of this.streams) stream.end();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeIdleConnections();
    setTimeout(() => this.server.closeAllConnections(), 300).unref();
    await closed;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { method, url = "" } = request;
    const { host = "", origin } = request.headers;
    const known = this.hosts.has(host) && url.startsWith(this.path);
    const what = known ? `${method} ${url.slice(this.path.length)}` : "";
    if (what === "GET ") this.sendPage(response);
    else if (what === "GET events") this.connect(response);
    else if (what === "GET report") this.sendReport(response);
    else if (what === "POST stop") this.stop(response, origin === `http://${host}`);
    else refuse(response, known && method !== "GET" ? 405 : 404);
  }

  /** Only the page itself may stop the run: other pages have another origin and do not know the path. */
  private stop(response: ServerResponse, isPage: boolean): void {
    if (isPage) {
      this.options.onStop();
      response.writeHead(204).end();
    } else refuse(response, 403);
  }

  private sendPage(response: ServerResponse): void {
    const nonce = randomBytes(16).toString("base64");
    const policy = [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      "style-src 'unsafe-inline'", // for figures, which have style attributes
      "connect-src 'self'",
      "img-src data:", // for images in the report, which the page shows from memory
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ];
    response.writeHead(200, {
      ...plainHeaders,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy.join("; "),
    });
    response.end(this.options.page(nonce));
  }

  private connect(response: ServerResponse): void {
    response.writeHead(200, { ...plainHeaders, "Content-Type": "text/event-stream; charset=utf-8" });
    response.write("retry: 1000\n\n");
    for (const [event, data] of Object.entries(this.options.state())) send(response, event, data);
    this.streams.add(response);
    response.on("close", () => {
      this.streams.delete(response);
      this.waiting.delete(response);
      if (this.waiting.size === 0) this.done?.();
    });
  }

  private sendReport(response: ServerResponse): void {
    const html = this.options.report?.();
    if (html === undefined) refuse(response, 404);
    else response.writeHead(200, { ...plainHeaders, "Content-Type": "text/plain; charset=utf-8" }).end(html);
  }
}

const plainHeaders = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

function refuse(response: ServerResponse, status: 403 | 404 | 405): void {
  response.writeHead(status, { ...plainHeaders, "Content-Type": "text/plain" }).end();
}

/**
 * A page that does not read (on a sleeping laptop) misses events, so that they do not fill the memory. The next event contains
 * the whole state.
 */
function send(stream: ServerResponse, event: string, data: string): void {
  if (stream.writableLength > 4_000_000 && event !== "end") return;
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  stream.write(`event: ${event}\n${lines.join("")}\n`);
}

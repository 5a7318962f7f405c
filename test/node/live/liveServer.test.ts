import { request } from "node:http";
import { afterEach, expect, test } from "vitest";
import { readSettings } from "../../../src/experiments/settings.ts";
import { LiveRun } from "../../../src/node/live/liveRun.ts";
import { LiveServer, type LiveServerOptions } from "../../../src/node/live/liveServer.ts";
import { livePage } from "../../../src/report/livePage.ts";

let server: LiveServer | undefined;
afterEach(async () => {
  await server?.close("{}");
  server = undefined;
});

async function start(options: Partial<LiveServerOptions> = {}): Promise<LiveServer> {
  const page = (nonce: string) => livePage("a <b> run", nonce);
  server = await LiveServer.start({ page, state: () => ({ status: "first\nline" }), onStop: () => {}, ...options });
  return server;
}

interface Asked {
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly origin?: string;
}

/** fetch does not let a Host header be chosen. */
function ask(url: string, { host, path, method = "GET", origin }: Asked = {}) {
  const { hostname, port, pathname } = new URL(url);
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const headers = { Host: host ?? `${hostname}:${port}`, ...(origin !== undefined && { Origin: origin }) };
      const sent = request({ hostname, port, path: path ?? pathname, method, headers }, (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
      });
      sent.on("error", reject);
      sent.end();
    },
  );
}

/** Reads events until one of this name has come. */
async function eventsUntil(url: string, last: string): Promise<string> {
  const response = await fetch(`${url}events`);
  let text = "";
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    if (text.includes(`event: ${last}\n`) && text.endsWith("\n\n")) break;
  }
  return text;
}

test("it listens on 127.0.0.1 under a path that cannot be guessed; names in the page are text", async () => {
  const { url } = await start();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
  const { status, headers, text } = await ask(url);
  expect(status).toBe(200);
  expect(text).toContain("<h1>a &lt;b&gt; run</h1>");
  const policy = String(headers["content-security-policy"]);
  const [, nonce = "none"] = /script-src 'nonce-([^']+)'/.exec(policy) ?? [];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(text).toContain(`<script nonce="${nonce}">`);
  expect((await start()).url).not.toBe(url);
});

test.each<[string, Asked, number]>([
  ["the address of another page that points here (DNS rebinding)", { host: "evil.example" }, 404],
  ["another port", { host: "127.0.0.1:1" }, 404],
  ["no token", { path: "/" }, 404],
  ["a wrong token", { path: `/${"0".repeat(32)}/` }, 404],
  ["a method that is not for reading", { method: "PUT" }, 405],
])("refused: %s", async (_, asked, status) => {
  const { url } = await start();
  expect((await ask(url, asked)).status).toBe(status);
});

test("only a POST from the page itself stops the run", async () => {
  let stops = 0;
  const { url } = await start({ onStop: () => stops++ });
  const [{ origin }, path] = [new URL(url), `${new URL(url).pathname}stop`];
  expect((await ask(url, { path, method: "POST" })).status).toBe(403);
  expect((await ask(url, { path, method: "POST", origin: "http://evil.example" })).status).toBe(403);
  expect((await ask(url, { path, method: "GET", origin })).status).toBe(404);
  expect(stops).toBe(0);
  expect((await ask(url, { path, method: "POST", origin })).status).toBe(204);
  expect(stops).toBe(1);
});

test("a page gets everything when it connects, also after a reload, then what happens, and at the end the report", async () => {
  const live = await start({ report: () => "<p>the report" });
  const { url } = live;
  expect(live.watched).toBe(false);
  const first = eventsUntil(url, "later");
  while (!live.watched) await new Promise((resolve) => setTimeout(resolve, 5));
  live.publish("later", "one\rtwo");
  expect(await first).toBe(
    "retry: 1000\n\nevent: status\ndata: first\ndata: line\n\nevent: later\ndata: one\ndata: two\n\n",
  );
  while (live.watched) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = eventsUntil(url, "end");
  while (!live.watched) await new Promise((resolve) => setTimeout(resolve, 5));
  const closed = live.close('{"line":"over"}');
  expect(await second).toContain('event: end\ndata: {"line":"over"}\n\n');
  await closed;
  await expect(fetch(url)).rejects.toThrow();
});

test("the report is plain text for every request, and 404 before there is one", async () => {
  let report: string | undefined;
  const { url } = await start({ report: () => report });
  const path = `${new URL(url).pathname}report`;
  expect((await ask(url, { path })).status).toBe(404);
  report = "<p>the report";
  const { headers, text } = await ask(url, { path });
  expect([headers["content-type"], headers["x-content-type-options"], text]).toEqual([
    "text/plain; charset=utf-8",
    "nosniff",
    "<p>the report",
  ]);
});

test("the best epoch is that of the training: of an ensemble the one with the least loss, not the best score", async () => {
  const epoch = (valScore: number, valLoss: number, improved: boolean) =>
    ({
      kind: "epoch",
      epoch: 0,
      metric: "accuracy",
      evaluated: true,
      trainScore: 1,
      valScore,
      trainLoss: 0,
      valLoss,
      improved,
    }) as const;
  const run = await LiveRun.start({
    name: "run",
    settings: readSettings({ epochs: 3 }),
    stepsPerEpoch: 1,
    metric: "accuracy",
    showScore: (_, score) => String(score),
    showSeconds: String,
    onStop: () => {},
  });
  try {
    run.onEpoch(epoch(0.5, 0.9, true));
    run.onEpoch(epoch(0.7, 0.4, true));
    run.onEpoch(epoch(0.8, 0.6, false));
    const events = await eventsUntil(run.url, "status");
    expect(events).toContain('["validation accuracy","0.8"],["validation accuracy, best epoch","0.7"]');
  } finally {
    await run.close({ line: "", text: "", path: "" });
  }
});

import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyWebApp, serveWebApp, type WebServer } from "../../../src/node.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const folder = temporaryFolder("handgrad-web-");
const files = join(folder, "app");
let server: WebServer;

beforeAll(async () => {
  mkdirSync(join(files, "files"), { recursive: true });
  writeFileSync(join(files, "index.html"), "<title>page</title>");
  writeFileSync(join(files, "files", "view-abcdefgh.js"), "export {};");
  writeFileSync(join(folder, "secret.txt"), "secret");
  server = await serveWebApp(files, { port: 0 });
});

afterAll(async () => {
  await server.close();
});

/** One request as it is written, without what `fetch` tidies up. */
function ask(path: string, { method = "GET", host = new URL(server.url).host } = {}) {
  return new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const { port } = new URL(server.url);
    request({ host: "127.0.0.1", port, path, method, headers: { Host: host } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece) => (text += piece));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }));
    })
      .on("error", reject)
      .end();
  });
}

test("a page comes with the headers of a cross-origin isolated page and with the policy", async () => {
  const { status, text, headers } = await ask("/");
  expect([status, text]).toEqual([200, "<title>page</title>"]);
  expect(headers).toMatchObject({
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "content-security-policy": expect.stringContaining("connect-src 'self'"),
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
  });
});

test("files of a rebuild are served without a restart", async () => {
  writeFileSync(join(files, "index.html"), "<title>rebuilt page</title>");
  writeFileSync(join(files, "files", "view-ijklmnop.js"), "export {};");
  expect((await ask("/")).text).toBe("<title>rebuilt page</title>");
  expect((await ask("/files/view-ijklmnop.js")).status).toBe(200);
  writeFileSync(join(files, "index.html"), "<title>page</title>");
});

test("files whose name has a hash may be kept", async () => {
  const { headers } = await ask("/files/view-abcdefgh.js");
  expect(headers).toMatchObject({
    "content-type": "text/javascript",
    "cache-control": expect.stringContaining("immutable"),
  });
});

test.each([
  "/../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/files/../../secret.txt",
  "//etc/passwd",
  "/nothing",
])("%s: no file outside of the folder", async (path) => {
  const { status, text } = await ask(path);
  expect([status, text]).toEqual([404, "no such file\n"]);
});

test("other hosts and other methods are refused", async () => {
  expect((await ask("/", { host: "attacker.example" })).status).toBe(403);
  expect((await ask("/", { method: "POST" })).status).toBe(405);
});

test("a port that is taken is an error that says so", async () => {
  const port = Number(new URL(server.url).port);
  await expect(serveWebApp(files, { port })).rejects.toThrow(`--port ${port}: another program uses this port`);
});

test("the files can be copied to an empty folder, and not over others", async () => {
  const copy = join(folder, "copy");
  copyWebApp(files, copy);
  expect(() => copyWebApp(files, copy)).toThrow(`${copy}: expected a new or an empty folder`);
});

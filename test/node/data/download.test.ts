import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DownloadOptions, download } from "../../../src/node/data/download.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";
import { breakingAfter, fileServer, wellBehaved } from "./fileServer.ts";

const body = Uint8Array.from({ length: 300_000 }, (_, index) => (Math.imul(index, 0x9e3779b1) >>> 24) & 0xff);
const md5 = createHash("md5").update(body).digest("hex");
const root = temporaryFolder("handgrad-download-");
let server: Awaited<ReturnType<typeof fileServer>>;
let file: string;
let count = 0;

beforeAll(async () => {
  server = await fileServer();
});
afterAll(async () => {
  await server.close();
});
beforeEach(() => {
  file = join(root, `case${count++}`, "sub", "archive.tar.gz");
});

const get = (options: Partial<DownloadOptions> = {}): Promise<void> =>
  download({ url: `${server.url}a.tar.gz`, file, md5, backoff: 1, ...options });

function putPart(bytes: Uint8Array): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(`${file}.part`, bytes);
}

function expectWhole(): void {
  expect(Buffer.compare(readFileSync(file), body)).toBe(0);
  expect(existsSync(`${file}.part`)).toBe(false);
}

describe("a download", () => {
  it("comes whole, with progress, and is not repeated", async () => {
    server.serve(wellBehaved(body));
    const seen: number[] = [];
    await get({ size: body.length, onProgress: ({ received, total }) => seen.push(received / (total ?? Number.NaN)) });
    expectWhole();
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    await get();
    expect(server.requests).toHaveLength(1);
  });

  it("replaces a file that is not the right one", async () => {
    server.serve(wellBehaved(body));
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, "something else");
    await get();
    expectWhole();
  });

  it("continues where a connection broke, again and again, as long as bytes arrive", async () => {
    const received = () => (existsSync(`${file}.part`) ? statSync(`${file}.part`).size : 0);
    server.serve(breakingAfter(40_000, body, { received }));
    await get({ retries: 1 });
    expectWhole();
    expect(server.requests.map(({ range }) => range)).toEqual(
      [undefined, 1, 2, 3, 4, 5, 6, 7].map((n) => n && `bytes=${n * 40_000}-`),
    );
    expect(server.requests[1].ifRange).toBe('"one"');
  });

  it("continues with the part of an earlier process", async () => {
    server.serve(wellBehaved(body));
    putPart(body.subarray(0, 100_000));
    await get();
    expectWhole();
    expect(server.requests.map(({ range }) => range)).toEqual(["bytes=100000-"]);
  });

  it("needs no server for a part that is complete", async () => {
    putPart(body);
    await get({ url: "http://127.0.0.1:1/", size: body.length });
    expectWhole();
  });

  it("starts over when the server ignores ranges", async () => {
    putPart(body.subarray(0, 100_000));
    server.serve((_, response) => void response.writeHead(200, { "content-length": body.length }).end(body));
    await get();
    expectWhole();
  });

  it("starts over when the part is of another file: longer, changed, or changed on the server meanwhile", async () => {
    server.serve(wellBehaved(body));
    putPart(new Uint8Array(body.length + 10));
    await get();
    expectWhole();
    rmSync(file);
    putPart(new Uint8Array(1000));
    await get();
    expectWhole();
    rmSync(file);
    server.serve((request, response) => {
      // the version that is there when the connection breaks is not the one that is there afterwards
      const [bytes, etag] = server.requests.length === 1 ? [new Uint8Array(body.length), '"old"'] : [body, '"new"'];
      breakingAfter(200_000, bytes, { etag })(request, response);
    });
    await get({ retries: 3 });
    expectWhole();
    expect(server.requests.map(({ ifRange }) => ifRange)).toEqual([undefined, '"old"', '"new"']);
  });

  it("tries again after errors of the server", async () => {
    let left = 2;
    server.serve((request, response) => {
      if (left-- > 0) response.writeHead(503).end();
      else wellBehaved(body)(request, response);
    });
    await get();
    expectWhole();
  });
});

describe("a download that fails", () => {
  it("gives up at once where nothing can be had", async () => {
    server.serve((_, response) => void response.writeHead(404).end("not here"));
    await expect(get()).rejects.toThrow(/a\.tar\.gz: the server answered 404 Not Found; check the address/);
    expect(server.requests).toHaveLength(1);
    expect(existsSync(file)).toBe(false);
  });

  it("gives up after some attempts without a new byte and keeps the part", async () => {
    putPart(body.subarray(0, 5000));
    server.serve((_, response) => void response.destroy());
    await expect(get({ retries: 2 })).rejects.toThrow(/failed 3 times: .*5000 bytes are kept in .*\.part/);
    expect(server.requests).toHaveLength(3);
    expect(readFileSync(`${file}.part`)).toHaveLength(5000);
  });

  it("cuts off a server that never answers, and one that falls silent", async () => {
    server.serve(() => {});
    await expect(get({ retries: 0, connectTimeout: 100 })).rejects.toThrow(/no answer within 0.1 s/);
    server.serve((_, response) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 1000));
    });
    await expect(get({ retries: 0, idleTimeout: 100 })).rejects.toThrow(/no data for 0.1 s; 1000 bytes are kept/);
    expect(existsSync(file)).toBe(false);
  });

  it("never takes a wrong file", async () => {
    server.serve(wellBehaved(new TextEncoder().encode("<html>please log in</html>")));
    await expect(get()).rejects.toThrow(`expected MD5 ${md5}, found`);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(`${file}.part`)).toBe(false);
    await expect(get({ size: body.length })).rejects.toThrow(
      /expected a file of 300000 bytes, found 26 bytes on the server/,
    );
  });

  it("leaves no connection open to a server that holds it, whatever it was refused for", async () => {
    const refusals: [DownloadOptions["size"], number, RegExp][] = [
      [body.length, 200, /expected a file of 300000 bytes, found 999 bytes on the server/],
      [undefined, 404, /the server answered 404/],
      [undefined, 503, /failed 1 times: the server answered 503/],
    ];
    for (const [size, status, message] of refusals) {
      const closed = new Promise<string>((done) => {
        server.serve((_, response) => {
          response.on("close", () => done("closed"));
          response.writeHead(status, { "content-length": 999 });
          response.write("a beginning, and then nothing more");
        });
      });
      await expect(get({ size, retries: 0 })).rejects.toThrow(message);
      expect(await closed).toBe("closed");
    }
  });

  it("is not deceived about the length", async () => {
    // says too little: the rest is cut off and the checksum does not fit
    server.serve((_, response) => {
      response.socket?.end(Buffer.concat([Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"), body]));
    });
    await expect(get({ retries: 0 })).rejects.toThrow(DataError);
    // says too much: the connection ends before
    server.serve((_, response) => {
      response.writeHead(200, { "content-length": body.length + 1000 });
      response.write(body, () => response.destroy());
    });
    await expect(get({ retries: 0 })).rejects.toThrow(DataError);
    // says nothing and never ends: cut off at the length that the file has
    server.serve((_, response) => {
      const more = () => void (response.destroyed || response.write(body, () => setImmediate(more)));
      more();
    });
    await expect(get({ size: body.length, retries: 0 })).rejects.toThrow(/sent more than the 300000 bytes/);
    expect(existsSync(file)).toBe(false);
  });

  it("ends with the reason of its signal, keeps the part, and can continue", async () => {
    const controller = new AbortController();
    server.serve((_, response) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 150_000));
    });
    const reason = new Error("stopped");
    const stopped = get({
      signal: controller.signal,
      onProgress: ({ received }) => received === 150_000 && controller.abort(reason),
    });
    await expect(stopped).rejects.toBe(reason);
    expect(readFileSync(`${file}.part`)).toHaveLength(150_000);
    server.serve(wellBehaved(body));
    await get();
    expectWhole();
  });

  it.skipIf(process.getuid?.() === 0)("reports a folder that cannot be written", async () => {
    const locked = join(root, "locked");
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    server.serve(wellBehaved(body));
    await expect(get({ file: join(locked, "x", "a") })).rejects.toThrow(/cannot be written: .*--data DIR/);
  });

  it("reports a file where a folder should be", async () => {
    writeFileSync(join(root, "plain"), "");
    await expect(get({ file: join(root, "plain", "a") })).rejects.toThrow(/cannot be written: .*--data DIR/);
  });
});

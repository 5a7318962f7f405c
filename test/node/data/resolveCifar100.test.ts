import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type DataChoice,
  type ResolveCifar100Options,
  resolveCifar100,
} from "../../../src/node/data/resolveCifar100.ts";
import { archiveOf, binaryFiles, matFiles } from "../../data/cifar100Builder.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";
import { breakingAfter, fileServer, wellBehaved } from "./fileServer.ts";

const bytes = archiveOf("cifar-100-binary", binaryFiles);
const md5 = createHash("md5").update(bytes).digest("hex");
const root = temporaryFolder("handgrad-resolve-");
let server: Awaited<ReturnType<typeof fileServer>>;
let place: string;
let count = 0;

beforeAll(async () => {
  server = await fileServer();
});
afterAll(async () => {
  await server.close();
});
beforeEach(() => {
  place = join(root, `case${count++}`);
  mkdirSync(join(place, "work"), { recursive: true });
});

async function resolveHere(options: ResolveCifar100Options = {}) {
  const choices: DataChoice[] = [];
  const resolved = await resolveCifar100({
    environment: { XDG_CACHE_HOME: join(place, "cache") },
    workingFolder: join(place, "work"),
    archive: { baseUrl: server.url, name: "cifar-100-binary.tar.gz", md5, size: bytes.length },
    retries: 0,
    onChoice: (choice) => choices.push(choice),
    ...options,
  });
  return { ...resolved, kinds: choices.map(({ kind }) => kind) };
}

/** An address where no server listens any more. */
async function closedAddress(): Promise<string> {
  const closing = await fileServer();
  await closing.close();
  return closing.url;
}

describe("resolveCifar100", () => {
  it("takes what is found, without asking the network", async () => {
    const folder = join(place, "work", "data", "cifar100");
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(matFiles)) writeFileSync(join(folder, name), content);
    server.serve(() => {});
    const { choice, kinds } = await resolveHere();
    expect(kinds).toEqual(["found"]);
    expect(choice).toMatchObject({ location: { path: folder, format: "mat" } });
    expect(server.requests).toEqual([]);
  });

  it("downloads what is not found, once", async () => {
    server.serve(wellBehaved(bytes));
    const { choice, kinds } = await resolveHere();
    expect(kinds).toEqual(["downloading", "downloaded"]);
    expect(choice).toMatchObject({
      location: { path: join(place, "cache/handgrad/cifar100/cifar-100-binary.tar.gz") },
    });
    expect((await resolveHere()).kinds).toEqual(["found"]);
  });

  it("takes the stand-in when there is no network, and says why", async () => {
    const { choice, kinds, load } = await resolveHere({ baseUrl: await closedAddress() });
    expect(kinds).toEqual(["stand-in"]);
    expect(choice).toMatchObject({
      reason: expect.stringMatching(/127\.0\.0\.1.* cannot be reached: .*ECONNREFUSED/),
    });
    const parts = await load({ parts: ["train", "validation"], trainImages: 50 });
    expect(Object.keys(parts).toSorted()).toEqual(["standIn", "train", "validation"]);
    expect(parts.standIn).toBe(true);
    expect(parts.train.labels).toHaveLength(50);
    expect(parts.train.inputs).toHaveLength(50 * 3072);
    expect((await load({ parts: ["test"] })).test.labels).toHaveLength(2000);
  });

  it("does not wait for a network that swallows everything", async () => {
    server.serve(() => {});
    const started = performance.now();
    const { choice } = await resolveHere({ probeTimeout: 200 });
    expect(choice).toMatchObject({ kind: "stand-in", reason: expect.stringMatching(/no answer within 0\.2 s/) });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("takes the stand-in when the download breaks or the file is a wrong one", async () => {
    server.serve(breakingAfter(0, bytes));
    expect((await resolveHere()).kinds).toEqual(["downloading", "stand-in"]);
    server.serve(wellBehaved(new Uint8Array(bytes.length)));
    expect((await resolveHere()).choice).toMatchObject({ reason: expect.stringMatching(/expected MD5/) });
  });

  it("does not replace the data of a folder that was named by something else", async () => {
    server.serve(wellBehaved(bytes));
    await expect(resolveHere({ data: "typo" })).rejects.toThrow(/work\/typo \(no such folder\)/);
    await expect(resolveHere({ environment: { HANDGRAD_DATA: "/typo" } })).rejects.toThrow(/\/typo \(no such folder\)/);
    expect(server.requests).toEqual([]);
  });

  it("takes the stand-in when it is asked for; it has no fine labels", async () => {
    expect((await resolveHere({ data: "stand-in" })).choice).toEqual({ kind: "stand-in", reason: "it was requested" });
    await expect(resolveHere({ data: "stand-in", labels: "fine" })).rejects.toThrow(/20 classes and no fine labels/);
    const { test } = await (await resolveHere({ data: "stand-in", labels: "both" })).load({ parts: ["test"] });
    expect(test.finer).toEqual({ labels: test.labels, labelNames: test.labelNames });
  });

  it("ends with the signal's reason", async () => {
    server.serve(() => {});
    const reason = new Error("stopped");
    const signal = AbortSignal.abort(reason);
    await expect(resolveHere({ signal })).rejects.toBe(reason);
  });

  it("continues with a download that broke", async () => {
    server.serve(breakingAfter(5000, bytes));
    const { kinds } = await resolveHere({ retries: 3 });
    expect(kinds).toEqual(["downloading", "downloaded"]);
  });
});

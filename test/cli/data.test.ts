import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileServer } from "../node/data/fileServer.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const root = temporaryFolder("handgrad-cli-data-");
let server: Awaited<ReturnType<typeof fileServer>>;

beforeAll(async () => {
  server = await fileServer();
});
afterAll(async () => {
  await server.close();
});

/** Runs the command in an empty folder, without any data set to be found. */
function handgrad(args: readonly string[]) {
  const env = { ...process.env, XDG_CACHE_HOME: join(root, "cache"), HANDGRAD_DATA: "" };
  const child = spawn(process.execPath, [main, "data", ...args], { cwd: root, env });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => (output.stdout += text));
  child.stderr.on("data", (text) => (output.stderr += text));
  const ended = new Promise<typeof output & { code: number | null }>((done) =>
    child.on("close", (code) => done({ ...output, code })),
  );
  return { child, ended };
}

describe("handgrad data", { timeout: 30_000 }, () => {
  it("info shows the stand-in as a table and as JSON, each class with its images", async () => {
    const { stdout, code } = await handgrad(["info", "--data", "stand-in"]).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^stand-in: drawn images, not CIFAR-100, images of 32×32×3 bytes/);
    expect(stdout).toMatch(/label +train +validation +test\n/);
    expect(stdout).toMatch(/all +10,000 +2,000 +2,000\n/);
    const json = JSON.parse((await handgrad(["info", "--data", "stand-in", "--json"]).ended).stdout);
    expect(json).toMatchObject({ standIn: true, inputShape: [32, 32, 3], train: { images: 10_000 } });
    expect(json.train.perClass.reduce((a: number, b: number) => a + b)).toBe(10_000);
    expect(json.labelNames).toHaveLength(20);
  });

  it("info names the searched folders and what to do when there is no data", async () => {
    const { stderr, code } = await handgrad(["info"]).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(join(root, "cache", "handgrad", "cifar100"));
    expect(stderr).toContain('"handgrad data download cifar100"');
  });

  it("download can be stopped with Ctrl-C: the part is kept, and it says so", async () => {
    const folder = join(root, "stopped");
    server.serve((_, response) => {
      response.writeHead(200, { "content-length": 168_513_733 });
      response.write(new Uint8Array(100_000), () => setTimeout(() => child.kill("SIGINT"), 200));
    });
    const { child, ended } = handgrad(["download", "cifar100", "--data", folder, "--url", server.url]);
    const { stderr, code } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`kept in ${folder}; the same command continues`);
    expect(readFileSync(join(folder, "cifar-100-binary.tar.gz.part"))).toHaveLength(100_000);
  });

  it("download names an address that does not have the file", async () => {
    server.serve((_, response) => void response.writeHead(404).end());
    const { stderr, code } = await handgrad(["download", "cifar100", "--url", server.url]).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: http.*cifar-100-binary\.tar\.gz: the server answered 404/);
  });
});

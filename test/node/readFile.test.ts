import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { isFolder, listFiles, listFolder } from "../../src/node/listFolder.ts";
import { isMissing, readChunks, readRegularFile, readRegularText } from "../../src/node/readFile.ts";
import { DataError } from "../../src/tensor/errors.ts";

/** What happens before each read, and how many bytes each asked for. */
const reads = vi.hoisted(() => ({ before: (): void => {}, asked: [] as number[] }));
vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const readSync = (descriptor: number, buffer: Uint8Array, offset: number, length: number, position: number) => {
    reads.before();
    reads.asked.push(length);
    return real.readSync(descriptor, buffer, offset, length, position);
  };
  return { ...real, readSync };
});

const folder = fs.mkdtempSync(join(tmpdir(), "handgrad-read-"));
const at = (name: string): string => join(folder, name);
afterAll(() => fs.rmSync(folder, { recursive: true }));
afterEach(() => {
  reads.before = () => {};
  reads.asked.length = 0;
});

/** The message of the DataError that reading throws, without the name of the file, which must be in front. */
function refusal(path: string, read: (path: string) => unknown = readRegularFile): string {
  try {
    read(path);
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    const { message } = error as Error;
    expect(message.startsWith(`${path}: `), message).toBe(true);
    expect(message).not.toContain("\n    at ");
    return message.slice(path.length + 2);
  }
  throw new Error(`${path} was read`);
}

describe("a regular file", () => {
  test("comes byte for byte, also an empty one and one behind symbolic links", () => {
    const content = new Uint8Array(randomBytes(100_000));
    fs.writeFileSync(at("plain"), content);
    fs.writeFileSync(at("empty"), "");
    fs.symlinkSync("plain", at("link"));
    fs.symlinkSync(at("link"), at("a link\nto a link"));
    for (const name of ["plain", "link", "a link\nto a link"])
      expect(Buffer.compare(readRegularFile(at(name)), content)).toBe(0);
    expect(readRegularFile(at("empty"))).toEqual(new Uint8Array(0));
  });

  test("comes as text without its byte order mark", () => {
    fs.writeFileSync(at("text"), Buffer.from([0xef, 0xbb, 0xbf, 0xce, 0xb7]));
    expect(readRegularText(at("text"))).toBe("η");
  });

  // Node's readFile refuses more than 2 GiB, and one system call reads no more
  test("is read in pieces of 64 MiB, to the last byte", () => {
    fs.writeFileSync(at("pieces"), "");
    fs.truncateSync(at("pieces"), 2 ** 27);
    fs.appendFileSync(at("pieces"), "end");
    expect(Buffer.from(readRegularFile(at("pieces")).subarray(2 ** 27)).toString()).toBe("end");
    expect(reads.asked).toEqual([2 ** 26, 2 ** 26, 3, 1]);
  });

  test("of more than the limit is refused before anything is read", () => {
    fs.writeFileSync(at("huge"), "");
    fs.truncateSync(at("huge"), 4_000_000_001);
    expect(refusal(at("huge"))).toBe("expected at most 4,000,000,000 bytes, found 4,000,000,001 bytes");
    expect(refusal(at("huge"), readRegularText)).toMatch(/expected at most 500,000,000 bytes/);
    expect(refusal(at("plain"), (path) => readRegularFile(path, { most: 99_999 }))).toBe(
      "expected at most 99,999 bytes, found 100,000 bytes",
    );
    expect(readRegularFile(at("plain"), { most: 100_000 })).toHaveLength(100_000);
    expect(reads.asked).toEqual([100_000, 1]);
  });

  test("that grows or shrinks while it is read is refused", () => {
    fs.writeFileSync(at("changing"), "0123456789");
    reads.before = () => fs.appendFileSync(at("changing"), "x");
    expect(refusal(at("changing"))).toMatch(
      /^expected 10 bytes, found more than 10 bytes: it changed while it was read/,
    );
    fs.writeFileSync(at("changing"), "0123456789");
    reads.before = () => fs.truncateSync(at("changing"), 4);
    expect(refusal(at("changing"))).toMatch(/^expected 10 bytes, found 4 bytes: it changed while it was read/);
  });
});

describe.skipIf(process.platform === "win32")("what is no regular file is refused at once", () => {
  test("a pipe, which would make the process wait forever", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    expect(refusal(at("pipe"))).toMatch(/^expected a regular file, found a pipe \(FIFO\); name a file/);
    await expect(readChunks(at("pipe")).next()).rejects.toThrow(/found a pipe/);
  });

  test("a device that never ends", () => {
    expect(refusal("/dev/zero")).toMatch(/^expected a regular file, found a device/);
  });

  test("a socket", async () => {
    const server = createServer().listen(at("socket"));
    await new Promise((done) => server.once("listening", done));
    expect(refusal(at("socket"))).toMatch(/found a socket/);
    server.close();
  });

  test("a folder, a file in a path, a circle of links, a name that is too long, nothing at all", () => {
    fs.symlinkSync("circle", at("circle"));
    fs.writeFileSync(at("plain"), "");
    expect(refusal(folder)).toBe("expected a regular file, found a folder; name a file in it");
    expect(refusal(at("plain/inner"))).toMatch(/a part of its path is a file/);
    expect(refusal(at("circle"))).toMatch(/symbolic links lead in a circle/);
    expect(refusal(at("x".repeat(300)))).toMatch(/the name is too long/);
    expect(refusal(at("nothing\nhere"))).toMatch(/no such file/);
  });

  test.skipIf(process.getuid?.() === 0)("a file without permission", () => {
    fs.writeFileSync(at("locked"), "secret", { mode: 0 });
    expect(refusal(at("locked"))).toBe("cannot be read: permission denied");
  });

  test("only what is not there is missing", () => {
    const errorOf = (path: string): unknown => {
      try {
        return readRegularFile(path);
      } catch (error) {
        return error;
      }
    };
    expect(isMissing(errorOf(at("nothing")))).toBe(true);
    expect(isMissing(errorOf(folder))).toBe(false);
  });

  test("no descriptor stays open", () => {
    const open = (): number => fs.readdirSync("/proc/self/fd").length;
    if (!fs.existsSync("/proc/self/fd")) return;
    const before = open();
    for (let i = 0; i < 20; i++) for (const path of [folder, "/dev/zero", at("pipe"), at("huge")]) refusal(path);
    expect(open()).toBe(before);
  });
});

test("folders are listed through links, which are not followed in circles", () => {
  fs.mkdirSync(at("tree/b"), { recursive: true });
  fs.mkdirSync(at("outside"));
  for (const name of ["tree/b/2", "tree/1", "tree/.hidden", "outside/3"]) fs.writeFileSync(at(name), "");
  fs.symlinkSync(at("outside"), at("tree/c"));
  fs.symlinkSync("..", at("tree/b/up"));
  expect(listFiles(at("tree"))).toEqual(["tree/1", "tree/b/2", "tree/c/3"].map(at));
  expect(isFolder(at("tree/c"))).toBe(true);
  expect(isFolder(at("tree/1"))).toBe(false);
  expect(() => listFolder(at("tree/1"))).toThrow(DataError);
  expect(() => listFolder(at("nothing"))).toThrow(/nothing: missing/);
});

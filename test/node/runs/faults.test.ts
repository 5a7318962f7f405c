import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { writeCheckpoint } from "../../../src/node/runs/checkpointFiles.ts";
import { encodeCheckpoint, readCheckpoint } from "../../../src/node.ts";
import { begin, type Call, end, type Fault } from "./faultyFiles.ts";
import { finalFiles, hashIn, resumeTiny, startTiny, tinyHash } from "./tinyFolder.ts";

vi.setConfig({ testTimeout: 120_000 }); // they force much to disk, which others may be using

vi.mock("node:fs", async (original) => (await import("./faultyFiles.ts")).overFiles(await original()));
vi.mock("node:fs/promises", async (original) => (await import("./faultyFiles.ts")).overPromises(await original()));

const codes = ["EIO", "ENOSPC", "EROFS", "EDQUOT", "EMFILE", "EINTR"];

let parent = "";
let path = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "handgrad-"));
  path = join(parent, "run");
});
afterEach(() => {
  end();
  rmSync(parent, { recursive: true, force: true });
});

const emptyFolder = () => {
  rmSync(path, { recursive: true, force: true });
};

/** Faults of one call: each code, and for a write with a part of the bytes written before. */
function faultsOf({ name }: Call): NonNullable<Fault>[] {
  const parts = name === "write" ? [0, 0.5, 1] : [0];
  return codes.flatMap((code) => parts.map((written) => ({ code, written })));
}

test("a checkpoint write with one failing system call in any way leaves a whole checkpoint, and the next succeeds", async () => {
  await startTiny(path, { stopAfter: 6 });
  const { state, about } = readCheckpoint(path);
  const steps = state.history.loss;
  const after = (count: number) =>
    encodeCheckpoint({ ...state, history: { ...state.history, loss: [...steps, ...steps].slice(0, count) } }, about);
  begin();
  await writeCheckpoint(path, after(7));
  const { calls } = end();
  expect(calls.map(({ name }) => name)).toEqual(
    "open write fsync close rename open fsync close rename rename open fsync close".split(" "),
  );
  for (const call of calls) {
    for (const fault of faultsOf(call)) {
      emptyFolder();
      const what = `${fault.code} at call ${call.index}, ${call.name}, ${fault.written} written`;
      await startTiny(path, { stopAfter: 6 });
      begin(({ index }) => (index === call.index ? fault : undefined));
      const error = await writeCheckpoint(path, after(7)).catch((error: Error) => error);
      end();
      // The folder's own fsync may fail: the file is complete all the same.
      if (!error) expect(call.path, what).toBe(path);
      else expect(error.message, what).toMatch(new RegExp(`^${path}/[^\n]*: cannot be written: ${fault.code}[^\n]*$`));
      const found = readCheckpoint(path);
      const whole = !error || call.index >= 8;
      expect([found.state.history.loss.length, found.warnings], what).toEqual([whole ? 7 : 6, []]);
      expect(
        readdirSync(path).filter((name) => name.endsWith(".tmp")),
        what,
      ).toEqual([]);
      await writeCheckpoint(path, after(8));
      expect(readCheckpoint(path).state.history.loss.length, what).toBe(8);
      expect(
        readdirSync(path).filter((name) => name.startsWith(".")),
        what,
      ).toEqual([]);
    }
  }
});

describe("of a whole run", () => {
  /** The run with faults, then without: it ends as if nothing had been. */
  async function survives(fault: (call: Call) => Fault, what: string): Promise<void> {
    emptyFolder();
    begin(fault);
    const warnings: string[] = [];
    const error = await startTiny(path, { onWarning: (message) => warnings.push(message) }).catch((error) => error);
    end();
    if (error instanceof Error)
      expect(`${error.name}: ${error.message}`, what).toMatch(/^(DataError|TrainingError): .+$/);
    for (const warning of warnings) expect(warning, what).toMatch(/^no checkpoint: .+ training continues/);
    rmSync(join(path, "run.lock"), { force: true }); // as a new process does, which finds that this one is gone
    await resumeTiny(path);
    expect(hashIn(path), what).toBe(await tinyHash());
    expect(readdirSync(path).sort(), what).toEqual(finalFiles);
  }

  test("any one system call may fail: it trains to its end, or ends with one line, and resuming gives the same bits", async () => {
    begin();
    await startTiny(path);
    const { calls } = end();
    expect(calls.length).toBeGreaterThan(80);
    for (const { index, name, path: file } of calls) {
      const fault = { code: codes[index % codes.length], written: index % 2 };
      const one = (call: Call) => (call.index === index ? fault : undefined);
      await survives(one, `${fault.code} at call ${index}, ${name} of ${file}`);
    }
  });

  test("from any call on, all may fail, as on a disk that became read-only", async () => {
    begin();
    await startTiny(path);
    const { calls } = end();
    for (let first = 0; first < calls.length; first += 3) {
      const code = codes[first % codes.length];
      await survives(
        ({ index }) => (index >= first ? { code, written: 0.5 } : undefined),
        `${code} from call ${first} on`,
      );
    }
  });
});

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { RandomState } from "../../src/index.ts";
import { encodePng } from "../../src/report/figures/png.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { main } from "./process.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** They take 40 s, so they run only where an mpiexec is named: in .ci/run. */
const mpiexec = process.env.HANDGRAD_TEST_MPIEXEC;
const missing = !mpiexec
  ? "HANDGRAD_TEST_MPIEXEC names no mpiexec"
  : hasKoffi()
    ? undefined
    : "the package koffi is not installed";
if (missing) console.error(`tests of MPI are skipped: ${missing}`);

function hasKoffi(): boolean {
  try {
    return Boolean(createRequire(import.meta.url).resolve("koffi"));
  } catch {
    return false;
  }
}

const isOpenMpi =
  !missing && /Open MPI|OpenRTE/.test(execFileSync(mpiexec as string, ["--version"], { encoding: "utf8" }));
const openMpi = isOpenMpi ? ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"] : [];
const folder = temporaryFolder("handgrad-mpi-");
beforeAll(() => writeFileSync(join(folder, "table.csv"), `x,y\n${table()}`));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

function start(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(file, args, { cwd: folder, env: { ...process.env, ...env } });
  child.stdin.end();
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      text += chunk;
    });
  }
  const ended = once(child, "close").then(([code]) => ({ code, output: text }));
  return { child, output: () => text, ended };
}

const handgrad = (args: readonly string[], env?: NodeJS.ProcessEnv) => start(process.execPath, [main, ...args], env);
const ranks = (n: number, args: readonly string[], env?: NodeJS.ProcessEnv) =>
  start(mpiexec as string, [...openMpi, "-n", String(n), process.execPath, main, ...args], env);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 50));
}

const settings = { hidden: "16,8", other: { keepProb: 0.8, normalizationLayers: "batch", clipNorm: 1 } };
const quick = ["--threads", "1", "--kernels", "scalar", "--no-tensorboard", "--no-baseline"];
const train = (out: string, epochs: number, shards = ["--shards", "8"]) => [
  ...["train", "table.csv", "--target", "y", "--hidden", settings.hidden, "--settings", JSON.stringify(settings.other)],
  ...["--batch-size", "16", "--epochs", String(epochs), "--patience", "1000"],
  ...["--out", out, "--checkpoint-every", "10", ...shards, ...quick],
];
const resume = (run: string) => ["train", "--resume", run, ...quick];
const models = (run: string) =>
  ["model.safetensors", "last.safetensors"].map((file) => readFileSync(join(folder, run, file)).toString("base64"));

describe.skipIf(missing)("training with mpiexec", () => {
  const epochs = 60;
  beforeAll(async () => {
    const { code, output } = await handgrad(train("alone", epochs)).ended;
    expect(code, output).toBe(0);
  });

  test("a rank is killed on 4, the run continues on 1, is stopped, and ends on 2 with the same bits", async () => {
    const four = ranks(4, train("run", epochs));
    await until(() => four.output().includes("epoch 6/") || four.child.exitCode !== null);
    const ids = processesOf("--out run");
    expect(ids.length, four.output()).toBe(4);
    process.kill(ids[2], "SIGKILL");
    const killed = await four.ended;
    expect(killed.code).not.toBe(0);
    // said by the process that waits for the rank, and by the other ranks if mpiexec leaves them the time
    expect(killed.output).toMatch(
      /^error: mpi: rank \d, step \d+: (process \d+ on \S+ was ended by SIGKILL|rank \d has ended); the training ends/m,
    );

    const one = handgrad(resume("run"));
    await until(() => /epoch \d/.test(one.output()) || one.child.exitCode !== null);
    one.child.kill("SIGTERM");
    expect(await one.ended).toMatchObject({ code: 143, output: expect.stringContaining("resumed after") });

    const two = await ranks(2, resume("run")).ended;
    expect(two.code, two.output).toBe(0);
    expect(two.output).toContain("ranks     2 processes");
    // rank 0 alone prints
    expect(two.output.match(/results: /g)).toHaveLength(1);
    expect(models("run")).toEqual(models("alone"));
  });

  test.each(["native", "wasm"])(
    "%s: a layer whose gradients are sent in several parts during the backward pass",
    async (kernels) => {
      const wide = (out: string) => [
        ...["train", "table.csv", "--target", "y", "--hidden", "300,1024,200", "--epochs", "2", "--batch-size", "64"],
        ...["--settings", JSON.stringify(settings.other), "--shards", "8", "--out", out],
        ...["--threads", "1", "--kernels", kernels, "--no-tensorboard", "--no-baseline"],
      ];
      const runs = { one: `${kernels}-1`, two: `${kernels}-2`, four: `${kernels}-4` };
      for (const running of [handgrad(wide(runs.one)), ranks(2, wide(runs.two)), ranks(4, wide(runs.four))]) {
        const { code, output } = await running.ended;
        expect(code, output).toBe(0);
      }
      expect(models(runs.two)).toEqual(models(runs.one));
      expect(models(runs.four)).toEqual(models(runs.one));
    },
  );

  test("a signal stops all ranks after the same step", async () => {
    const running = ranks(2, train("stopped", epochs));
    await until(() => running.output().includes("epoch 6/") || running.child.exitCode !== null);
    process.kill(processesOf("--out stopped")[1], "SIGTERM");
    const { output } = await running.ended;
    expect(output).toMatch(/stopped after \d+ steps; continue with: handgrad train --resume stopped/);
  });

  test("an error of all ranks is printed once, by rank 0, and ends all", async () => {
    const without = await ranks(2, train("a", 1, [])).ended;
    expect(without.output).toContain(
      "error: shards: expected --shards for a training with 2 processes, such as --shards 8, found none",
    );
    expect(without.output.match(/error: shards/g)).toHaveLength(1);
    expect(without.code).not.toBe(0);
    const three = await ranks(3, train("b", 1)).ended;
    expect(three.output).toContain("mpi: expected a number of processes that is a power of two, found 3");
    expect(three.code).not.toBe(0);
    expect(readdirSync(folder)).not.toContain("a");
  });

  test("ranks that read their own images: killed on 4, resumed on 2, with the bits of one process", async () => {
    const random = new RandomState(6);
    for (const [label, red] of Object.entries({ cats: 200, dogs: 20 })) {
      mkdirSync(join(folder, "zoo", label), { recursive: true });
      for (let i = 0; i < 150; i++) {
        const rgb = Uint8Array.from({ length: 768 }, (_, j) => (j % 3 ? random.randint(0, 256) : red));
        writeFileSync(join(folder, "zoo", label, `${i}.png`), encodePng(rgb, 16, 16));
      }
    }
    const images = (out: string) => [
      ...["train", "zoo", "--size", "16", "--hidden", "8", "--shards", "8", "--in-parts", "--batch-size", "16"],
      ...["--epochs", "12", "--patience", "1000", "--out", out, "--checkpoint-every", "10", ...quick],
    ];
    const alone = await handgrad(images("images-alone")).ended;
    expect(alone.code, alone.output).toBe(0);
    const four = ranks(4, images("images"));
    await until(() => four.output().includes("epoch 3/") || four.child.exitCode !== null);
    process.kill(processesOf("--out images")[2], "SIGKILL");
    expect((await four.ended).code).not.toBe(0);
    const two = await ranks(2, resume("images")).ended;
    expect(two.code, two.output).toBe(0);
    expect(two.output).toContain("resumed after");
    expect(models("images")).toEqual(models("images-alone"));
    const score = (output: string) => /test accuracy .*/.exec(output)?.[0];
    expect(score(two.output)).toBe(score(alone.output));
  });

  test("ranks that read their own parts of a table: killed on 4, resumed on 2, with the bits of one process", async () => {
    const inParts = (out: string) => [...train(out, 12), "--in-parts"];
    const alone = await handgrad(inParts("table-alone")).ended;
    expect(alone.code, alone.output).toBe(0);
    const four = ranks(4, inParts("table-run"));
    await until(() => four.output().includes("epoch 3/") || four.child.exitCode !== null);
    process.kill(processesOf("--out table-run")[2], "SIGKILL");
    expect((await four.ended).code, four.output()).not.toBe(0);
    const two = await ranks(2, resume("table-run")).ended;
    expect(two.code, two.output).toBe(0);
    expect(two.output).toContain("resumed after");
    expect(models("table-run")).toEqual(models("table-alone"));
    const score = (output: string) => /test accuracy .*/.exec(output)?.[0];
    expect(score(two.output)).toBe(score(alone.output));
  });

  test("numbers to predict, with columns that one of 8 ranks reads, and more ranks than columns", async () => {
    const random = new RandomState(2);
    const rows = Array.from({ length: 400 }, (_, row) => {
      const x = random.randn();
      return `${x},${row > 390 ? "" : random.randint(0, 5)},${row === 399 ? "late" : "red"},${3 * x + random.randn()}`;
    });
    writeFileSync(join(folder, "numbers.csv"), `x,gaps,colour,y\n${rows.join("\n")}\n`);
    const numbers = (out: string) => ["train", "numbers.csv", ...train(out, 4).slice(2), "--in-parts"];
    for (const running of [handgrad(numbers("numbers-1")), ranks(8, numbers("numbers-8"))]) {
      const { code, output } = await running.ended;
      expect(code, output).toBe(0);
    }
    expect(models("numbers-8")).toEqual(models("numbers-1"));
  });

  test("a broken row ends all ranks, with its line", async () => {
    writeFileSync(join(folder, "broken.csv"), `x,y\n${table()}\n1,2,3\n`);
    const { code, output } = await ranks(4, ["train", "broken.csv", ...train("f", 1).slice(2), "--in-parts"]).ended;
    expect(output).toContain("error: broken.csv: row 802: expected 2 cells like the header, found 3 cells: 1,2,3");
    expect(output.match(/^error: /gm)).toHaveLength(1);
    expect(code).not.toBe(0);
  });

  test("what one rank finds in its columns ends all ranks", async () => {
    writeFileSync(join(folder, "typed.csv"), `x,z,y\n${table().replaceAll(",", ",later,")}\n`);
    const args = ["train", "typed.csv", ...train("g", 1).slice(2), "--in-parts", "--types", "z=date"];
    const { code, output } = await ranks(2, args).ended;
    expect(output).toContain(
      "error: rank 1: --types z=date: expected dates in this order, found none; the first cell is later",
    );
    expect(code).not.toBe(0);
  });

  test("doctor --machines measures the exchange", async () => {
    const { code, output } = await ranks(2, ["doctor", "--machines"]).ended;
    expect(code, output).toBe(0);
    expect(output).toMatch(/^speed {5}\d+ GFLOP\/s/m);
    expect(output).toMatch(/^ {2}ranks 0 and 1: \d+ µs for 8 bytes, \d+\.\d Gbit\/s for gradients$/m);
    expect(output).toMatch(/^at this speed: [\d,]+ rows? on each of 2$/m);
  });

  test("ranks with other settings are named", async () => {
    const one = ["-n", "1", process.execPath, main];
    const args = [...openMpi, ...one, ...train("c", 1), ":", ...one, ...train("c", 2)];
    const { code, output } = await start(mpiexec as string, args).ended;
    expect(output).toContain("settings: expected the same on all ranks, found a difference between rank 0 and rank 1");
    expect(code).not.toBe(0);
  });

  test("an mpiexec of another MPI is recognized, and a library that is missing", async () => {
    const variables = { PMI_RANK: "0", PMI_SIZE: "4" };
    const absent = await handgrad(train("d", 1), { ...variables, HANDGRAD_MPI: "/nowhere/libmpi.so" }).ended;
    expect(absent.output).toContain(
      "error: mpi: started as rank 0 of 4, but no MPI library was found; set HANDGRAD_MPI to the file of the one that belongs to mpiexec\n  /nowhere/libmpi.so: ",
    );
    expect(absent.code).toBe(1);
  });
});

const cluster = resolve(import.meta.dirname, "../../examples/cluster");

test.each(readdirSync(cluster).filter((name) => /\.(sh|sbatch)$/.test(name)))(
  "%s is a script that bash reads",
  (name) => {
    execFileSync("bash", ["-n", join(cluster, name)]);
  },
);

describe.skipIf(missing)("examples of clusters, on this machine", () => {
  const command = join(folder, "handgrad.sh");
  const table = ["table.csv", "--target", "y", "--hidden", "4", "--epochs", "1", ...quick];
  const run = (script: string, args: readonly string[], environment: object) => {
    const PATH = `${dirname(mpiexec as string)}:${process.env.PATH}`;
    return start("bash", [join(cluster, script), ...args], { PATH, HANDGRAD: command, ...environment }).ended;
  };
  beforeAll(() => {
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 });
    writeFileSync(join(folder, "hosts"), isOpenMpi ? "localhost slots=2\n" : "localhost\n");
  });

  test("a host file", async () => {
    const script = isOpenMpi ? "openmpi.sh" : "mpiexec.sh";
    const root = { OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1" };
    const args = ["hosts", "2", ...table, "--batch-size", "16"];
    const { code, output } = await run(script, args, { ...root, OUT: "hosts-run", PER_MACHINE: "2" });
    expect(code, output).toBe(0);
    expect(output).toContain("ranks     2 processes");
  });

  test("a job of Slurm that is requeued resumes", async () => {
    const LAUNCH = [mpiexec, ...openMpi, "-n", "2"].join(" ");
    for (const expected of ["best epoch 1 of 1", "all 1 epochs are done"]) {
      const { code, output } = await run("train.sbatch", [...table, "--batch-size", "16"], {
        LAUNCH,
        OUT: "slurm-run",
      });
      expect(code, output).toBe(0);
      expect(output).toContain(expected);
    }
  });
});

test("the default batch size follows the shards, a given one does not", async () => {
  const args = ["train", "table.csv", "--target", "y", "--epochs", "1", "--shards", "64", ...quick];
  const { code, output } = await handgrad([...args, "--out", "default-batch"]).ended;
  expect(code, output).toBe(0);
  expect(output).toMatch(/batches of (64|128|192),/);
  const given = await handgrad([...args, "--out", "given-batch", "--batch-size", "65"]).ended;
  expect(given.code).toBe(2);
  expect(given.output).toContain(
    "batchSize: expected a multiple of 64, the shards of a batch, such as 64 or 128, found 65",
  );
});

test("without mpiexec no library is looked for", async () => {
  const args = ["train", "table.csv", "--target", "y", "--out", "plain", "--hidden", "4", "--epochs", "1", ...quick];
  const { code, output } = await handgrad(args, { HANDGRAD_MPI: "/nowhere/libmpi.so" }).ended;
  expect(code, output).toBe(0);
});

function table(): string {
  const random = new RandomState(1);
  return Array.from({ length: 800 }, () => random.randn())
    .map((x) => `${x},${x > 0 ? "yes" : "no"}`)
    .join("\n");
}

/** The processes of Node, not mpiexec, that have these words in their command, in the order of their start. */
function processesOf(words: string): number[] {
  const lines = execFileSync("ps", ["-ww", "-eo", "pid,args"], { encoding: "utf8" }).split("\n");
  return lines
    .filter((line) => line.includes(words) && line.includes(main) && line.trim().split(/\s+/)[1] === process.execPath)
    .map((line) => Number(line.trim().split(/\s+/)[0]))
    .sort((a, b) => a - b);
}

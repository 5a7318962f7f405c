// npm run fuzz [-- COUNT SEED READER…]: changed files for every reader, with a separate process for each reader. Inputs that a
// reader fails on are saved to build/fuzz/. Once the cause is understood, move them to test/fixtures/corpus/.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [countText = "100000", seedText = "1", ...chosen] = process.argv.slice(2);
if (process.env.HANDGRAD_FUZZ_READER) await runOne(process.env.HANDGRAD_FUZZ_READER);
else await runAll();

async function runOne(reader: string): Promise<void> {
  const { targets } = await import("./fuzz/targets.ts");
  const { fuzz } = await import("./fuzz/run.ts");
  process.on("unhandledRejection", (error) => {
    console.log(`${reader}: FAILED: an uncaught error: ${(error as Error)?.stack}`);
    process.exit(3);
  });
  const began = performance.now();
  const report = await fuzz(targets[reader], {
    count: Number(countText),
    seed: Number(seedText),
    onProgress: () => process.send?.("alive"),
  });
  const folder = fileURLToPath(new URL("../build/fuzz", import.meta.url));
  for (const [i, { problem, input }] of report.failures.entries()) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${reader}-${seedText}-${i}`, input);
    console.log(`${reader}: FAILED (build/fuzz/${reader}-${seedText}-${i}): ${problem.slice(0, 600)}`);
  }
  const { inputs, read, refused, slowestMilliseconds, mostBytes, failures } = report;
  console.log(
    `${reader.padEnd(12)} ${inputs} inputs: ${read} read, ${refused} refused with a typed error, ${failures.length} failures; ` +
      `slowest ${slowestMilliseconds.toFixed(0)} ms, most memory ${(mostBytes / 2 ** 20).toFixed(1)} MB beyond 10× the input, ` +
      `peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB resident, ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  process.exit(failures.length > 0 ? 1 : 0);
}

async function runAll(): Promise<void> {
  const { targets } = await import("./fuzz/targets.ts");
  const readers = chosen.length > 0 ? chosen : Object.keys(targets);
  let failed = 0;
  const worker = async () => {
    for (let reader = readers.shift(); reader !== undefined; reader = readers.shift()) {
      if ((await inProcess(reader)) !== 0) failed++;
    }
  };
  await Promise.all([worker(), worker()]);
  console.log(failed === 0 ? "no reader failed" : `${failed} readers FAILED`);
  if (failed > 0) process.exitCode = 1;
}

/** A reader that hangs sends no heartbeat, and a reader that uses all memory ends only its own process. */
function inProcess(reader: string): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), countText, seedText], {
    env: { ...process.env, HANDGRAD_FUZZ_READER: reader },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let alive = performance.now();
  child.on("message", () => {
    alive = performance.now();
  });
  const timer = setInterval(() => {
    if (performance.now() - alive < 120_000) return;
    console.log(`${reader}: FAILED: no heartbeat for two minutes`);
    child.kill("SIGKILL");
  }, 1000);
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearInterval(timer);
      if (code !== 0 && code !== 1) console.log(`${reader}: FAILED: the process ended with ${code}`);
      resolve(code ?? 9);
    }),
  );
}

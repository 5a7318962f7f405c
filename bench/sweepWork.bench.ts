import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openSweep, RandomState, readRecord } from "handgrad/node";

// A hundred trials on four workers; every few seconds a random worker is killed with SIGKILL: node bench/sweepWork.bench.ts
// FOLDER Compares all results with those of one process, bit by bit, and counts how many times each trial was finished.

const [folder = "build/sweepWork"] = process.argv.slice(2);
const workers = 4;
const main = resolve(import.meta.dirname, "../cli/main.ts");
mkdirSync(folder, { recursive: true });

const random = new RandomState(7);
const rows = Array.from({ length: 3000 }, () => {
  const x = Array.from({ length: 8 }, () => random.randn());
  return [...x, Math.sin(x[0]) + x[1] * x[2] + 0.1 * random.randn()].map((value) => value.toFixed(4)).join(",");
});
const data = join(folder, "data.csv");
writeFileSync(data, `a,b,c,d,e,f,g,h,y\n${rows.join("\n")}\n`);

const outputs: string[] = [];
function handgrad(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [main, "sweep", ...args], { stdio: ["ignore", "ignore", "pipe"] });
  const at = outputs.push("") - 1;
  child.stderr?.on("data", (chunk) => {
    outputs[at] += chunk;
  });
  return child;
}

async function done(child: ChildProcess): Promise<void> {
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(outputs.join("\n").slice(-2000));
}

const plan = [data, "--target", "y", "--vary", "learningRate=0.001..0.1:log", "--strategy", "random", "--trials", "50"];
const settings = ["--seeds", "1,2", "--hidden", "64,64", "--epochs", "12", "--batch-size", "32"];
const [alone, shared] = [join(folder, "alone"), join(folder, "shared")];

let started = performance.now();
await done(handgrad(...plan, ...settings, "--jobs", "2", "--out", alone));
console.log(`one process with two jobs: ${((performance.now() - started) / 1000).toFixed(0)} s`);

await done(handgrad(...plan, ...settings, "--plan", "--out", shared));
outputs.length = 0;
started = performance.now();
const start = (): ChildProcess => handgrad("work", shared, "--lease", "3");
const running = Array.from({ length: workers }, start);
const lives = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;
let kills = 0;
while (running.some(lives)) {
  await new Promise((resume) => setTimeout(resume, 2000 + 3000 * random.randomSample()));
  const victim = random.randint(0, workers);
  if (!lives(running[victim])) continue;
  running[victim].kill("SIGKILL");
  running[victim] = start();
  kills++;
}
const seconds = (performance.now() - started) / 1000;

const { trials } = openSweep(shared).sweep;
const ends = outputs.join("\n").match(/^\S+ {2}done$/gm) ?? [];
const twice = trials.filter(({ id }) => ends.filter((line) => line.startsWith(`${id} `)).length > 1);
const differing = trials.filter(({ id }) => {
  const [one, other] = [join(alone, "trials", id), join(shared, "trials", id)];
  const same = readFileSync(join(one, "last.safetensors")).equals(readFileSync(join(other, "last.safetensors")));
  return !same || JSON.stringify(readRecord(one).valScore) !== JSON.stringify(readRecord(other).valScore);
});
console.log(
  `${trials.length} trials on ${workers} workers, ${kills} killed: ${seconds.toFixed(0)} s; finished twice: ${twice.length}; missing or with other bits: ${differing.length}`,
);
if (twice.length + differing.length > 0) process.exitCode = 1;

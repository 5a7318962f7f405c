// npm run soak [-- RUNS SEED]: runs that are killed with SIGKILL and resumed must end like an uninterrupted run.
import { nativeStatus } from "../src/node.ts";
import { interrupted, soakCases, uninterrupted } from "./soakRunner.ts";

const [runs = 200, seed = 1] = process.argv.slice(2).map(Number);
const cases = soakCases(nativeStatus().available ? ["native", "wasm"] : ["wasm"]);
const expected: Awaited<ReturnType<typeof uninterrupted>>[] = [];
for (const run of cases) expected.push(await uninterrupted(run));
cases.forEach((run, i) => {
  console.log(
    `${run.kind} on ${run.kernels}: ${expected[i].hash.slice(0, 16)}…, ${expected[i].milliseconds.toFixed(0)} ms`,
  );
});

const total = { same: 0, kills: 0, torn: 0, several: 0, anew: 0 };
let next = 0;
const began = performance.now();
const worker = async () => {
  while (next < runs) {
    const run = next++;
    const which = run % cases.length;
    const outcome = await interrupted(cases[which], seed * 100_000 + run, expected[which].milliseconds);
    const same = outcome.hash === expected[which].hash;
    if (same) total.same++;
    total.kills += outcome.kills;
    total.torn += outcome.torn;
    if (outcome.kills > 1) total.several++;
    total.anew += outcome.startedAt.slice(1).filter((step) => step === 0).length;
    if (!same || outcome.problems.length > 0) console.log(`run ${run} (${cases[which].kind}):`, same, outcome);
    if ((run + 1) % 20 === 0) console.log(`${run + 1} runs, ${total.same} the same so far, ${total.kills} kills`);
  }
};
await Promise.all([worker(), worker()]);
const seconds = (performance.now() - began) / 1000;
console.log(
  `${total.same} of ${runs} runs ended with the same parameters, optimizer state and history as the uninterrupted run\n` +
    `${total.kills} kills (${total.torn} in the middle of writing a checkpoint, ${total.anew} before the first), ` +
    `${total.several} runs killed more than once, 1 and 2 threads, ${cases.map(({ kind, kernels }) => `${kind}/${kernels}`).join(", ")}, ${seconds.toFixed(0)} s`,
);
if (total.same !== runs) process.exitCode = 1;

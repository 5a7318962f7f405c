import { readFileSync, writeFileSync } from "node:fs";
import { HandgradError, RandomState } from "../../src/index.ts";
import { mutate } from "./mutate.ts";
import type { FuzzTarget } from "./targets.ts";

export interface FuzzReport {
  inputs: number;
  read: number;
  refused: number;
  slowestMilliseconds: number;
  /** the largest growth of memory in one call, in excess of 10 times its input */
  mostBytes: number;
  failures: { readonly problem: string; readonly input: Uint8Array }[];
}

const mostMilliseconds = 1000;
const spareBytes = 64 * 2 ** 20;

/** Reads one input and returns whether it was read, refused or failed, with the problem. */
export async function tryInput(
  target: FuzzTarget,
  input: Uint8Array,
  name = "hostile.file",
): Promise<{ outcome: "read" | "refused" | "failed"; problem: string; milliseconds: number; bytes: number }> {
  const before = process.memoryUsage();
  if (target.native) resetPeak();
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  let outcome: "read" | "refused" | "failed" = "read";
  let problem = "";
  try {
    // The reader gets its own copy of the bytes: it may not change or keep others.
    await target.read(new Uint8Array(input), name);
  } catch (error) {
    outcome = "refused";
    const names = target.names ?? new RegExp(name);
    if (!(error instanceof HandgradError)) problem = `untyped ${(error as Error)?.stack ?? error}`;
    else if (!names.test(error.message)) problem = `an error that does not name the file: ${error.message}`;
    else if (error.message.length > 5000) problem = `an error of ${error.message.length} characters`;
  }
  const wall = performance.now() - began;
  const cpu = process.cpuUsage(cpuBefore);
  // On a busy machine an input may take longer; ten times as long is a failure
  const milliseconds = Math.max(Math.min(wall, (cpu.user + cpu.system) / 1000), wall / 10);
  const after = process.memoryUsage();
  const known = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  const bytes = Math.max(known, target.native ? peakOfProcess() - before.rss : 0) - 10 * input.length;
  if (milliseconds > mostMilliseconds) problem ||= `${milliseconds.toFixed(0)} ms`;
  if (bytes > spareBytes) problem ||= `${bytes} bytes more than 10 times the input`;
  if (problem) outcome = "failed";
  return { outcome, problem, milliseconds, bytes };
}

/** The peak memory of the process since `resetPeak`, if the system reports it (Linux). */
function peakOfProcess(): number {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function resetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {}
}

/** Reads `count` changed files, which are always the same for a seed. */
export async function fuzz(
  target: FuzzTarget,
  { count, seed, onProgress }: { count: number; seed: number; onProgress?: (done: number) => void },
): Promise<FuzzReport> {
  const random = new RandomState(seed);
  const report: FuzzReport = { inputs: 0, read: 0, refused: 0, slowestMilliseconds: 0, mostBytes: 0, failures: [] };
  for (const seedFile of target.seeds) await tryInput(target, seedFile); // so that one-time loading is not measured
  for (let i = 0; i < count; i++) {
    const structured = target.structured && random.randomSample() < 0.4;
    const input = structured
      ? (target.structured as NonNullable<FuzzTarget["structured"]>)(random)
      : mutate(target.seeds[random.randint(0, target.seeds.length)], random, target.seeds);
    let result = await tryInput(target, input);
    // On a busy machine, a single input may take a second, so it is tried again.
    if (result.outcome === "failed" && /^\d+ (ms|bytes)/.test(result.problem)) result = await tryInput(target, input);
    report.inputs++;
    if (result.outcome === "read") report.read++;
    if (result.outcome === "refused") report.refused++;
    if (result.outcome === "failed") report.failures.push({ problem: result.problem, input });
    report.slowestMilliseconds = Math.max(report.slowestMilliseconds, result.milliseconds);
    report.mostBytes = Math.max(report.mostBytes, result.bytes);
    if (report.failures.length >= 20) break;
    if (i % 1000 === 0) onProgress?.(i);
  }
  return report;
}

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Convolution2d } from "../src/kernels/imageKernels.ts";

/** A process that runs training steps in one library with a fixed number of threads, one slice at a time. */
export class BenchProcess {
  readonly label: string;
  readonly dtype: string;
  readonly threads: number;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;

  private constructor(label: string, dtype: string, threads: number, child: ChildProcessWithoutNullStreams) {
    this.label = label;
    this.dtype = dtype;
    this.threads = threads;
    this.child = child;
    this.answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Starts the process; undefined if the library is not installed. */
  static async start(
    command: readonly [string, ...string[]],
    { label, dtype, threads }: { label?: string; dtype: string; threads: number },
  ): Promise<BenchProcess | undefined> {
    const child = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
    child.on("error", () => {});
    child.stderr.resume();
    const answers = new BenchProcess(label ?? "", dtype, threads, child);
    try {
      for (;;) {
        const { value, done } = await answers.answers.next();
        if (done) return undefined;
        if (value.startsWith('{"ready"')) {
          const named = new BenchProcess(label ?? JSON.parse(value).ready, dtype, threads, child);
          return Object.assign(named, { answers: answers.answers });
        }
      }
    } catch {
      return undefined;
    }
  }

  /** The number of training steps, products of square matrices or passes of a convolution per second, measured for about `seconds`. */
  async slice(
    what:
      | { layers: readonly number[] }
      | { widths: readonly number[] }
      | { product: number }
      | { product: readonly [rows: number, inputs: number, outputs: number]; pass: string }
      | { convolution: Convolution2d; pass: string },
    seconds: number,
  ): Promise<number> {
    this.child.stdin.write(`${JSON.stringify({ ...what, seconds })}\n`);
    for (;;) {
      const { value, done } = await this.answers.next();
      if (done) throw new Error(`${this.label} ended early`);
      if (!value.startsWith('{"steps"')) continue;
      const answer = JSON.parse(value) as { steps: number; seconds: number };
      return answer.steps / answer.seconds;
    }
  }

  close(): void {
    this.child.stdin.end();
    this.child.kill();
  }
}

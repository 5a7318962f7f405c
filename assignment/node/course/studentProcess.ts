import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { HandgradError } from "../../../src/tensor/errors.ts";
import { checkedMessage } from "../../course/checkedReply.ts";
import {
  noAnswer,
  notAnAnswer,
  type RunnerOptions,
  type StudentRunner,
  type TrainRequest,
  waitsForever,
} from "../../course/runner.ts";
import type { StudentStep } from "../../course/trainStudent.ts";
import type { Problem, Reply, Request } from "../../course/wire.ts";
import { answersDescriptor, encodeFrame, FrameReader, mostFrameBytes, type ToProcess } from "./frames.ts";
import { residentBytes } from "./processMemory.ts";
import { defaultMemoryBytes, takeRunner } from "./runnerProcess.ts";

export interface StudentProcessOptions extends RunnerOptions {
  /** how much memory the process may use, in bytes (default 1 GB) */
  readonly memoryBytes?: number;
}

const startSeconds = 30;
const pollMilliseconds = 50;

/**
 * A separate process that runs the code of one project (studentRunner.ts). It cannot read or write files, start processes, or import
 * anything except the given texts. If it exceeds its limits of time or memory, it is killed, and every further request returns the
 * reason.
 */
export class StudentProcess implements StudentRunner {
  readonly #child: ChildProcess;
  readonly #limits: Required<Pick<StudentProcessOptions, "callSeconds" | "memoryBytes">>;
  readonly #frames = new FrameReader();
  readonly #onOutput: (text: string) => void;
  readonly #onStep: (step: StudentStep) => void;
  readonly #ready: Promise<void>;
  #last: Promise<unknown> = Promise.resolve();
  #settle: ((reply: Reply) => void) | undefined;
  #becomeReady: () => void = () => {};
  #isReady = false;
  #isClosed = false;
  #problem: Problem | undefined;
  #errors = "";
  /** when the memory was last looked at */
  #polled = Number.NEGATIVE_INFINITY;

  constructor(files: ReadonlyMap<string, string>, options: StudentProcessOptions = {}) {
    const {
      callSeconds = 1.5,
      memoryBytes = defaultMemoryBytes,
      onOutput = () => {},
      training = false,
      onStep = () => {},
    } = options;
    this.#limits = { callSeconds, memoryBytes };
    this.#onOutput = onOutput;
    this.#onStep = onStep;
    this.#child = takeRunner(memoryBytes);
    const { stdin, stdio, stderr } = this.#child;
    (stdin as Writable).on("error", () => {}); // `exit` reports a process that has ended
    (stdio[answersDescriptor] as Readable).on("data", (piece: Buffer) => this.#receive(piece));
    (stderr as Readable).on("data", (piece: Buffer) => {
      this.#errors = (this.#errors + piece.toString("latin1")).slice(-20_000);
    });
    this.#child.on("error", ({ message }) =>
      this.#end({ kind: "exit", message: `no process can be started: ${message}` }),
    );
    this.#child.on("close", (code, signal) => {
      this.#end(endOf(code, signal, this.#errors, memoryBytes));
    });
    this.#ready = new Promise((resolve) => {
      this.#becomeReady = resolve;
    });
    this.#write({ files, training });
  }

  /** Why the process has ended, if it has. */
  get problem(): Problem | undefined {
    return this.#problem;
  }

  /** Asks the student's code, one request after the other. Throws HandgradError if the process cannot be started. */
  send(request: Request | TrainRequest): Promise<Reply> {
    const reply = this.#last.then(() => this.#ask(request));
    this.#last = reply.catch(() => {});
    return reply;
  }

  async #ask(request: Request | TrainRequest): Promise<Reply> {
    await this.#untilReady();
    if (this.#problem) return { ok: false, problem: this.#problem };
    const answer = new Promise<Reply>((resolve) => {
      this.#settle = resolve;
    });
    const watch = this.#watch();
    this.#write(request);
    try {
      return await answer;
    } finally {
      this.#settle = undefined;
      watch.stop();
    }
  }

  /** Ends the process; later requests return a problem. */
  close(): void {
    this.#isClosed = true;
    this.#end({ kind: "exit", message: "the process was closed" });
  }

  async #untilReady(): Promise<void> {
    if (this.#isReady) return;
    const timer = setTimeout(() => this.#end({ kind: "timeout", message: "it does not respond" }), startSeconds * 1000);
    await this.#ready;
    clearTimeout(timer);
    if (!this.#isReady && !this.#isClosed)
      throw new HandgradError(`the process for the code cannot be started: ${this.#problem?.message}\n${this.#errors}`);
  }

  #write(value: ToProcess): void {
    (this.#child.stdin as Writable).write(encodeFrame(value));
  }

  #receive(piece: Uint8Array): void {
    if (this.#problem) return;
    let values: unknown[];
    try {
      values = this.#frames.push(piece);
    } catch (error) {
      const message =
        error instanceof RangeError ? `a result of more than ${megabytes(mostFrameBytes)} is returned` : notAnAnswer;
      this.#end({ kind: "result", message });
      return;
    }
    for (const value of values) {
      const message = checkedMessage(value);
      if (message?.kind === "ready") {
        this.#isReady = true;
        this.#becomeReady();
      } else if (message?.kind === "output") this.#onOutput(message.text);
      else if (message?.kind === "step") this.#onStep(message.step);
      else if (message?.kind === "reply" && this.#settle) this.#settle(message.reply);
      else this.#end({ kind: "result", message: notAnAnswer });
    }
  }

  /** Kills the process when a request takes too long or too much. */
  #watch(): { stop(): void } {
    const { pid } = this.#child;
    if (pid === undefined) return { stop: () => {} };
    const { callSeconds, memoryBytes } = this.#limits;
    const began = performance.now();
    let asking = false;
    const poll = async (): Promise<void> => {
      if (performance.now() - began > 1000 * callSeconds) this.#end(noAnswer(callSeconds));
      if (asking || this.#problem) return;
      asking = true;
      this.#polled = performance.now();
      const used = await residentBytes(pid);
      asking = false;
      if (used !== undefined && used > memoryBytes) this.#end(outOfMemory(memoryBytes));
    };
    const timer = setInterval(poll, pollMilliseconds);
    if (began - this.#polled >= pollMilliseconds) poll(); // many requests take less than a poll does
    return { stop: () => clearInterval(timer) };
  }

  #end(problem: Problem): void {
    if (this.#problem) return;
    this.#problem = problem;
    this.#child.kill("SIGKILL");
    this.#becomeReady();
    this.#settle?.({ ok: false, problem });
  }
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;
const outOfMemory = (limit: number): Problem => ({
  kind: "memory",
  message: `more than ${megabytes(limit)} of memory are used`,
});

/** Why a process has ended without being killed by this one. */
function endOf(code: number | null, signal: string | null, errors: string, memoryBytes: number): Problem {
  if (/heap out of memory|Array buffer allocation failed/.test(errors)) return outOfMemory(memoryBytes);
  if (code === 13) return waitsForever;
  if (signal === "SIGKILL")
    return { kind: "memory", message: "the system killed the process (SIGKILL), probably because memory was short" };
  return { kind: "exit", message: `the process ended before it answered (${signal ?? `exit code ${code}`})` };
}

import { HandgradError } from "../../src/tensor/errors.ts";
import { checkedMessage } from "./checkedReply.ts";
import { type BrokenModule, type LinkedProject, linkProject, placeOfLine, type ToPlainModule } from "./linkProject.ts";
import * as array from "./project/array.ts";
import { noAnswer, notAnAnswer, type RunnerOptions, type StudentRunner, type TrainRequest } from "./runner.ts";
import { openSandbox, startInSandbox } from "./sandboxFrame.ts";
import type { Problem, Reply, Request } from "./wire.ts";

export interface SandboxOptions extends RunnerOptions {
  readonly document: Document;
  /** the bundled text of studentWorker.ts, or of studentTrainingWorker.ts for a training */
  readonly runtime: string;
  readonly toPlainModule: ToPlainModule;
}

const startSeconds = 30;

/**
 * Runs the code of one project in a worker of a sandboxed frame, so that it can reach neither the network nor the page. A call that takes too long
 * ends the worker, and every further request returns the reason.
 */
export class SandboxRunner implements StudentRunner {
  readonly #options: SandboxOptions;
  readonly #callSeconds: number;
  readonly #started: Promise<void>;
  #last: Promise<unknown> = Promise.resolve();
  #frame: HTMLIFrameElement | undefined;
  #port: MessagePort | undefined;
  #settle: ((reply: Reply) => void) | undefined;
  /** ends the wait for a worker that starts */
  #stopWaiting: () => void = () => {};
  #problem: Problem | undefined;

  constructor(files: ReadonlyMap<string, string>, options: SandboxOptions) {
    this.#options = options;
    this.#callSeconds = options.callSeconds ?? 1.5;
    this.#started = this.#start(files);
    this.#started.catch(() => {}); // `send` reports it
  }

  get problem(): Problem | undefined {
    return this.#problem;
  }

  send(request: Request | TrainRequest): Promise<Reply> {
    const reply = this.#last.then(() => this.#ask(request));
    this.#last = reply.catch(() => {});
    return reply;
  }

  close(): void {
    this.#end({ kind: "exit", message: "the worker was closed" });
  }

  async #ask(request: Request | TrainRequest): Promise<Reply> {
    await this.#started;
    if (this.#problem) return { ok: false, problem: this.#problem };
    const answer = new Promise<Reply>((resolve) => {
      this.#settle = resolve;
    });
    this.#port?.postMessage(request, request.kind === "train" ? buffersOf(request) : []);
    const limit = Math.min(1000 * this.#callSeconds, 2 ** 31 - 1);
    const timer = setTimeout(() => this.#end(noAnswer(this.#callSeconds)), limit);
    try {
      return await answer;
    } finally {
      this.#settle = undefined;
      clearTimeout(timer);
    }
  }

  /** Starts a worker. A file that the browser refuses to compile is replaced by its error, and the next worker starts without it. */
  async #start(files: ReadonlyMap<string, string>): Promise<void> {
    const { document, runtime, toPlainModule } = this.#options;
    const broken = new Map<string, BrokenModule>();
    for (;;) {
      const linked = linkProject(runtime, files, { toPlainModule, arrayExports: Object.keys(array), broken });
      const refused = await this.#startScript(document, linked);
      if (this.#problem || !refused) return;
      const at = placeOfLine(linked.files, refused.line);
      const file = at?.slice(0, at.lastIndexOf(":"));
      this.#frame?.remove();
      if (at === undefined || file === undefined || broken.has(file))
        throw new HandgradError(cannotStart(refused.message));
      const [, name, message] = /^(?:Uncaught )?(?:(\w*Error): )?(.*)$/s.exec(refused.message) ?? [];
      broken.set(file, { name: name ?? "SyntaxError", message, at });
    }
  }

  /** Resolves when the worker is ready, or with the browser's message about its script. */
  async #startScript(
    document: Document,
    { script }: LinkedProject,
  ): Promise<{ readonly message: string; readonly line: number } | undefined> {
    const frame = await openSandbox(document);
    if (this.#problem) {
      frame.remove();
      return undefined;
    }
    this.#frame = frame;
    const { control, port } = startInSandbox(frame, script);
    this.#port = port;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new HandgradError(cannotStart("it does not respond"))),
        startSeconds * 1000,
      );
      const ready = (problem?: { readonly message: string; readonly line: number }): void => {
        clearTimeout(timer);
        resolve(problem);
      };
      this.#stopWaiting = ready;
      control.onmessage = ({ data: { message, lineno } }) => ready({ message: String(message), line: Number(lineno) });
      port.onmessage = ({ data }) => {
        port.onmessage = ({ data }) => this.#receive(data);
        control.onmessage = ({ data: { message } }) =>
          this.#end({ kind: "exit", message: `the worker ended before it answered: ${String(message).slice(0, 500)}` });
        if (checkedMessage(data)?.kind !== "ready") this.#end({ kind: "result", message: notAnAnswer });
        ready();
      };
    });
  }

  #receive(data: unknown): void {
    if (this.#problem) return;
    const message = checkedMessage(data);
    if (message?.kind === "output") this.#options.onOutput?.(message.text);
    else if (message?.kind === "step") this.#options.onStep?.(message.step);
    else if (message?.kind === "reply" && this.#settle) {
      const problem = endingProblem(message.reply);
      if (problem) this.#end(problem);
      else this.#settle(message.reply);
    } else this.#end({ kind: "result", message: notAnAnswer });
  }

  #end(problem: Problem): void {
    if (this.#problem) return;
    this.#problem = problem;
    this.#frame?.remove(); // and its worker with it
    this.#stopWaiting();
    this.#settle?.({ ok: false, problem });
  }
}

/** The images are moved, because copying them would block the page. */
const buffersOf = ({ data: { train, validation, test } }: TrainRequest): ArrayBuffer[] =>
  [train, validation, test].flatMap(({ images, labels }) => [images.buffer, labels.buffer] as ArrayBuffer[]);

const cannotStart = (reason: string): string => `the worker for the code cannot be started: ${reason}`;

/** Why a worker that has answered cannot be used any more. */
function endingProblem(reply: Reply): Problem | undefined {
  if (reply.ok) return undefined;
  const { kind, message } = reply.problem;
  if (kind === "timeout") return reply.problem;
  const isMemory = /^RangeError: (Array buffer allocation failed|Out of memory)/.test(message);
  return isMemory ? { kind: "memory", message: "more memory is used than the browser has for a page" } : undefined;
}

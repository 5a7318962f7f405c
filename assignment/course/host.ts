import { RandomState } from "../../src/random/randomState.ts";
import { given } from "./given.ts";
import { NdArray, type Random } from "./project/array.ts";
import type { Argument, Problem, Reply, Request, Returned } from "./wire.ts";

export interface StudentHostOptions {
  /** imports a file of the project, such as "linear.ts" */
  readonly load: (file: string) => Promise<Readonly<Record<string, unknown>>>;
  /** where in the project an error arose, from its stack */
  readonly placeOf?: (error: Error) => string | undefined;
}

const LARGEST_RESULT = 10_000_000;

/**
 * Runs a student's code for the checks. It knows no expected values: it creates the arguments, makes the call, and returns the result, so
 * the student's code finds nothing to copy. Runs in a process or worker of its own, or in a test.
 */
export class StudentHost {
  readonly #options: StudentHostOptions;
  readonly #objects = new Map<number, Record<string, unknown>>();

  constructor(options: StudentHostOptions) {
    this.#options = options;
  }

  async handle(request: Request): Promise<Reply> {
    try {
      return await this.#answer(request);
    } catch (error) {
      return { ok: false, problem: problemOf(error, this.#options.placeOf) };
    }
  }

  async #answer(request: Request): Promise<Reply> {
    switch (request.kind) {
      case "construct": {
        const Made = await this.#exported(request.file, request.name);
        const args = request.args.map((argument) => this.#argument(argument));
        const made = new (Made as new (...args: unknown[]) => Record<string, unknown>)(...args);
        this.#objects.set(request.id, made);
        return answer({ kind: "plain", value: null }, request.args, args);
      }
      case "given": {
        const args = request.args.map((argument) => this.#argument(argument));
        this.#objects.set(request.id, given(request.name, args) as Record<string, unknown>);
        return answer({ kind: "plain", value: null }, request.args, args);
      }
      case "call": {
        const called = await this.#exported(request.file, request.name);
        const args = request.args.map((argument) => this.#argument(argument));
        const value = (called as (...args: unknown[]) => unknown)(...args);
        if (request.id === undefined) return answer(returned(value), request.args, args);
        this.#keep(request.id, value);
        return answer({ kind: "plain", value: null }, request.args, args);
      }
      case "method": {
        const object = this.#object(request.id);
        const method = object[request.name];
        if (typeof method !== "function") {
          const message = `expected a method ${request.name}, found ${described(method)}`;
          return { ok: false, problem: { kind: "missing", message } };
        }
        const args = request.args.map((argument) => this.#argument(argument));
        return answer(returned(method.apply(object, args)), request.args, args);
      }
      case "get":
        return answer(returned(this.#object(request.id)[request.name]), [], []);
      case "set":
        this.#object(request.id)[request.name] = this.#argument(request.value);
        return answer({ kind: "plain", value: null }, [], []);
    }
  }

  #keep(id: number, value: unknown): void {
    if (typeof value !== "object" || value === null || value instanceof Promise) {
      const what = value instanceof Promise ? "a promise (the function is async)" : described(value);
      throw new HostProblem({ kind: "result", message: `returned ${what}; expected an object` });
    }
    this.#objects.set(id, value as Record<string, unknown>);
  }

  #object(id: number): Record<string, unknown> {
    const object = this.#objects.get(id);
    if (!object) throw new Error(`object ${id} does not exist`);
    return object;
  }

  async #exported(file: string, name: string): Promise<unknown> {
    let module: Readonly<Record<string, unknown>>;
    try {
      module = await this.#options.load(file);
    } catch (error) {
      throw new HostProblem({ ...problemOf(error, this.#options.placeOf), kind: "load" });
    }
    const found = module[name];
    if (typeof found !== "function") {
      const message = `${file}: expected an export named ${name}, found ${found === undefined ? "none" : described(found)}`;
      throw new HostProblem({ kind: "missing", message });
    }
    return found;
  }

  #argument(argument: Argument): unknown {
    switch (argument.kind) {
      case "array":
        return new NdArray(argument.shape, argument.data);
      case "plain":
        return structuredClone(argument.value);
      case "random":
        return randomSource(new RandomState(argument.seed));
      case "object":
        return this.#object(argument.id);
      case "list":
        return argument.items.map((item) => this.#argument(item));
      case "record":
        return Object.fromEntries(
          Object.entries(argument.entries).map(([name, entry]) => [name, this.#argument(entry)]),
        );
    }
  }
}

/** What a student's code threw, in words. It can be any value, even an object whose properties throw. */
export function problemOf(error: unknown, placeOf?: StudentHostOptions["placeOf"]): Problem {
  if (error instanceof HostProblem) return error.problem;
  try {
    if (!(error instanceof Error)) return { kind: "exception", message: `threw ${described(error)}` };
    const at = placeOf?.(error);
    const [name, text] = [String(error.name), String(error.message)];
    const kind = name === "NotWritten" ? "not-written" : "exception";
    return { kind, message: (kind === "not-written" ? text : `${name}: ${text}`).slice(0, 500), ...(at && { at }) };
  } catch {
    return { kind: "exception", message: "threw an object that cannot be read" };
  }
}

class HostProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The random numbers for exercises, from a stream of the library. */
export function randomSource(state: RandomState): Random {
  return { uniform: () => state.uniform(), normal: () => state.randn() };
}

function answer(value: Returned, sent: readonly Argument[], used: readonly unknown[]): Reply {
  const changed = sent.flatMap((argument, place) => (isChanged(argument, used[place]) ? [place] : []));
  return { ok: true, value, changed };
}

function isChanged(sent: Argument, used: unknown): boolean {
  switch (sent.kind) {
    case "array": {
      const { data, shape } = used as NdArray;
      return !sameNumbers(sent.data, data) || !sameNumbers(sent.shape, shape);
    }
    case "plain":
      return JSON.stringify(sent.value) !== JSON.stringify(used);
    case "list":
      return sent.items.some((item, place) => isChanged(item, (used as unknown[])[place]));
    case "record":
      return Object.entries(sent.entries).some(([name, entry]) =>
        isChanged(entry, (used as Record<string, unknown>)[name]),
      );
    default:
      return false;
  }
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** A returned value as plain data; values that no exercise expects are described in words. */
export function returned(value: unknown, depth = 0): Returned {
  if (value instanceof Promise) {
    value.catch(() => {}); // it is reported as a promise, not as an unhandled rejection
    return { kind: "other", what: "a promise (the function is async)" };
  }
  if (value === null || typeof value === "number" || typeof value === "boolean" || typeof value === "string")
    return { kind: "plain", value: typeof value === "string" ? value.slice(0, 1000) : value };
  if (typeof value !== "object") return { kind: "other", what: described(value) };
  if (isArrayLike(value)) return arrayReturned(value);
  if (depth > 4) return { kind: "other", what: "objects nested more than four deep" };
  if (ArrayBuffer.isView(value)) return { kind: "other", what: `a ${value.constructor.name} without a shape` };
  if (Array.isArray(value)) {
    if (value.length > 100_000) return { kind: "other", what: `a list of ${value.length} items` };
    return { kind: "list", items: value.map((item) => returned(item, depth + 1)) };
  }
  const entries = Object.entries(value).slice(0, 1000);
  return {
    kind: "record",
    entries: Object.fromEntries(entries.map(([name, one]) => [name, returned(one, depth + 1)])),
  };
}

const isArrayLike = (value: object): value is { shape: unknown; data: unknown } => "shape" in value && "data" in value;

function arrayReturned({ shape, data }: { shape: unknown; data: unknown }): Returned {
  const lengths =
    Array.isArray(shape) && shape.every((length) => Number.isInteger(length) && length >= 0) ? shape : null;
  if (!lengths) return { kind: "other", what: "an array whose shape is not a list of whole numbers" };
  if (!(data instanceof Float64Array || data instanceof Float32Array || Array.isArray(data)))
    return { kind: "other", what: `an array whose data is ${described(data)}` };
  if (data.length > LARGEST_RESULT) return { kind: "other", what: `an array of ${data.length} numbers` };
  const size = lengths.reduce((product: number, length: number) => product * length, 1);
  if (size !== data.length)
    return { kind: "other", what: `an array of shape (${lengths.join(", ")}) that contains ${data.length} numbers` };
  return { kind: "array", shape: [...lengths], data: new Float64Array(data) };
}

function described(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return `${typeof value} ${String(value).slice(0, 100)}`;
}

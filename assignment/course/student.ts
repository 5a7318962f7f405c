import type { Argument, Problem, Quantity, Reply, Request, Returned } from "./wire.ts";

/** Sends requests to the student's code: in a process, a worker, or a host in a test. */
export type Send = (request: Request) => Promise<Reply>;

/** A seed instead of numbers: the student's function gets a `Random` that starts with it. */
export class Seed {
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }
}

export type Sendable =
  | number
  | string
  | boolean
  | null
  | Quantity
  | Seed
  | StudentObject
  | readonly Sendable[]
  | { readonly [name: string]: Sendable };

/** The student's code gave no result: it threw, did not return, or is not written. */
export class StudentProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** One file of a student, called remotely. Methods throw StudentProblem if the code gives no result. */
export class Student {
  /** "forward changed its argument 1": arguments whose numbers were changed in place */
  readonly changes: { readonly call: string; readonly argument: number }[] = [];
  readonly #file: string;
  readonly #send: Send;
  #objects = 0;

  constructor(file: string, send: Send) {
    this.#file = file;
    this.#send = send;
  }

  /** `new name(...args)` of an exported class. */
  async construct(name: string, ...args: Sendable[]): Promise<StudentObject> {
    const id = this.#objects++;
    await this.request(`new ${name}`, { kind: "construct", id, file: this.#file, name, args: args.map(argument) });
    return new StudentObject(this, id);
  }

  /** An object that the checks give to the student's code (given.ts). */
  async given(name: string, ...args: Sendable[]): Promise<StudentObject> {
    const id = this.#objects++;
    await this.request(name, { kind: "given", id, name, args: args.map(argument) });
    return new StudentObject(this, id);
  }

  /** An exported function. */
  call(name: string, ...args: Sendable[]): Promise<Returned> {
    return this.request(name, { kind: "call", file: this.#file, name, args: args.map(argument) });
  }

  /** The object that an exported function returns; it stays in the process. */
  async make(name: string, ...args: Sendable[]): Promise<StudentObject> {
    const id = this.#objects++;
    await this.request(name, { kind: "call", id, file: this.#file, name, args: args.map(argument) });
    return new StudentObject(this, id);
  }

  async request(call: string, request: Request): Promise<Returned> {
    const reply = await this.#send(request);
    if (!reply.ok) throw new StudentProblem({ ...reply.problem, message: withCall(call, reply.problem) });
    for (const place of reply.changed) this.changes.push({ call, argument: place });
    return reply.value;
  }
}

/** An object in the student's process. */
export class StudentObject {
  readonly #student: Student;
  readonly id: number;

  constructor(student: Student, id: number) {
    this.#student = student;
    this.id = id;
  }

  call(name: string, ...args: Sendable[]): Promise<Returned> {
    return this.#student.request(name, { kind: "method", id: this.id, name, args: args.map(argument) });
  }

  get(name: string): Promise<Returned> {
    return this.#student.request(name, { kind: "get", id: this.id, name });
  }

  async set(name: string, value: Sendable): Promise<void> {
    await this.#student.request(name, { kind: "set", id: this.id, name, value: argument(value) });
  }
}

function withCall(call: string, { kind, message }: Problem): string {
  return kind === "load" || kind === "not-written" || kind === "missing" ? message : `${call}: ${message}`;
}

function argument(value: Sendable): Argument {
  if (value instanceof Seed) return { kind: "random", seed: value.seed };
  if (value instanceof StudentObject) return { kind: "object", id: value.id };
  if (Array.isArray(value)) return { kind: "list", items: value.map(argument) };
  if (typeof value !== "object" || value === null) return { kind: "plain", value };
  if (isQuantity(value)) return { kind: "array", shape: value.shape, data: value.data };
  const entries = Object.entries(value as Record<string, Sendable>);
  return { kind: "record", entries: Object.fromEntries(entries.map(([name, one]) => [name, argument(one)])) };
}

function isQuantity(value: object): value is Quantity {
  return "shape" in value && "data" in value && value.data instanceof Float64Array;
}

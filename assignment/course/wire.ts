// Messages between the checks and a student's code: plain data that structured cloning preserves.

/** Numbers with a shape: an NdArray on its way, or what a check expects. A scalar has the shape (). */
export interface Quantity {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** An argument of a student's function. */
export type Argument =
  | { readonly kind: "array"; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly kind: "plain"; readonly value: unknown }
  | { readonly kind: "random"; readonly seed: number }
  /** an object that an earlier request made */
  | { readonly kind: "object"; readonly id: number }
  | { readonly kind: "list"; readonly items: readonly Argument[] }
  | { readonly kind: "record"; readonly entries: Readonly<Record<string, Argument>> };

/** The result of a student's function. */
export type Returned =
  | { readonly kind: "array"; readonly shape: readonly number[]; readonly data: Float64Array }
  | { readonly kind: "plain"; readonly value: number | boolean | string | null }
  | { readonly kind: "list"; readonly items: readonly Returned[] }
  | { readonly kind: "record"; readonly entries: Readonly<Record<string, Returned>> }
  /** a value that no exercise returns, in words: "undefined", "a promise" */
  | { readonly kind: "other"; readonly what: string };

export type Request =
  | {
      readonly kind: "construct";
      readonly id: number;
      readonly file: string;
      readonly name: string;
      readonly args: readonly Argument[];
    }
  /** an object of the host's own, such as a layer that records its calls */
  | { readonly kind: "given"; readonly id: number; readonly name: string; readonly args: readonly Argument[] }
  | {
      readonly kind: "call";
      readonly file: string;
      readonly name: string;
      readonly args: readonly Argument[];
      /** keeps the object that the function returns under this number */
      readonly id?: number;
    }
  | { readonly kind: "method"; readonly id: number; readonly name: string; readonly args: readonly Argument[] }
  | { readonly kind: "get"; readonly id: number; readonly name: string }
  | { readonly kind: "set"; readonly id: number; readonly name: string; readonly value: Argument };

export type ProblemKind = "exception" | "missing" | "not-written" | "load" | "timeout" | "exit" | "memory" | "result";

/** The reason why a request has no answer. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly message: string;
  /** "linear.ts:12", where that is known */
  readonly at?: string;
}

export type Reply =
  /** `changed`: the places of those arguments whose numbers are no longer what they were */
  | { readonly ok: true; readonly value: Returned; readonly changed: readonly number[] }
  | { readonly ok: false; readonly problem: Problem };

import * as v from "valibot";
import { SettingsError } from "./tensor/errors.ts";

// The common parts of all schemas of plain data: numbers in a range, and problems as lines that say where, what was expected and what was
// found. Valibot instead of a larger library, because pages that only predict load it.

export const count = v.pipe(v.number(), v.integer(), v.minValue(1));
export const index = v.pipe(v.number(), v.integer(), v.minValue(0));
export const finite = v.pipe(v.number(), v.finite());
export const positive = v.pipe(finite, v.gtValue(0));
export const notNegative = v.pipe(finite, v.minValue(0));
/** 0 ≤ x ≤ 1 */
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** 0 ≤ x < 1 */
export const decay = v.pipe(v.number(), v.minValue(0), v.ltValue(1));

/** any plain data by name, to be checked where it is used */
export const plainObject = v.looseObject({});

/** One value. A list of one costs pages that predict nothing, because they have lists of values anyway; `v.literal` is 100 bytes. */
export const literal = <const T extends string | number>(value: T) => v.picklist([value]);

type Issue = v.BaseIssue<unknown>;

/** One line for each problem: "layers[1].outputs: expected a whole number of at least 1, found 0". */
export function explain(issues: readonly Issue[], place = ""): string[] {
  return issues.map((issue) => {
    const at = pathOf(issue, place);
    const where = at === "" ? "" : `${at}: `;
    if (issue.type === "strict_object" && issue.expected === "never") return `${where}there is no such setting`;
    if (
      issue.kind === "schema" &&
      issue.expected?.startsWith('"') &&
      issue.received === "undefined" &&
      issue.type.endsWith("object")
    )
      return `${where}expected a value, found none`;
    if (issue.type === "custom") return `${where}${issue.message}, found ${found(issue.input)}`;
    if (issue.type === "check" || issue.type === "raw_transform" || issue.type === "raw_check") {
      const { message } = issue;
      return at !== "" && message.startsWith(at) ? message : `${where}${message}`;
    }
    return `${where}expected ${expectedOf(issue)}, found ${found(issue.input)}`;
  });
}

/** The value that `schema` makes of `input`. Throws SettingsError with a line for each problem, "WHAT: PLACE: expected …". */
export function parsePlain<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  what: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  throw new SettingsError(problemLines(what, explain(result.issues)));
}

/** One problem on one line, several below each other. */
export function problemLines(what: string, problems: readonly string[]): string {
  return problems.length === 1
    ? `${what}: ${problems[0]}`
    : `${what}:\n${problems.map((line) => `  ${line}`).join("\n")}`;
}

/** "schedule.kind", "layers[1].outputs" */
function pathOf({ path }: Issue, place: string): string {
  return (path ?? []).reduce((text, { key }) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, place);
}

const bounds: Readonly<Record<string, string>> = {
  min_value: "of at least",
  max_value: "of at most",
  gt_value: "above",
  lt_value: "below",
};

function expectedOf({ type, expected, message, requirement }: Issue & { readonly requirement?: unknown }): string {
  if (type in bounds) return `a number ${bounds[type]} ${String(requirement)}`;
  if (type === "integer" || type === "safe_integer") return "a whole number";
  if (type === "finite") return "a finite number";
  if (type === "min_length") return `at least ${String(requirement)} of them`;
  if (type === "max_length") return `at most ${String(requirement)} of them`;
  if (type === "number") return "a number";
  if (type === "string") return "a text";
  if (type === "boolean") return "true or false";
  if (type === "array") return "a list";
  if (expected === "Object") return "an object";
  if (expected?.startsWith("(")) return `one of ${expected.slice(1, -1).replaceAll(" | ", ", ")}`;
  return expected ?? message;
}

/** A value as messages show it, on one line and shortened. */
export function found(input: unknown): string {
  if (input === undefined) return "nothing";
  if (typeof input === "number" || typeof input === "bigint") return String(input);
  if (typeof input === "function") return "a function";
  const text = JSON.stringify(input) ?? String(input);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

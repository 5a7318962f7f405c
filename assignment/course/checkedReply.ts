import type { FromRunner } from "./runner.ts";
import type { Problem, ProblemKind, Reply, Returned } from "./wire.ts";

// What a process or worker with a student's code sends is data from outside: code in it could have taken the pipe or port over. Here it becomes a reply or nothing.

const kinds: readonly ProblemKind[] = ["exception", "missing", "not-written", "load", "result", "timeout"];
const mostText = 2000;

/** The message if it is one, with nothing else in it. */
export function checkedMessage(value: unknown): FromRunner | undefined {
  if (!isRecord(value)) return undefined;
  if (value.kind === "ready") return { kind: "ready" };
  if (value.kind === "output" && typeof value.text === "string") return { kind: "output", text: value.text };
  if (value.kind === "step") return checkedStep(value.step);
  const reply = value.kind === "reply" ? checkedReply(value.reply) : undefined;
  return reply && { kind: "reply", reply };
}

function checkedStep(value: unknown): FromRunner | undefined {
  if (!isRecord(value)) return undefined;
  const { step, steps, loss } = value;
  if (typeof step !== "number" || typeof steps !== "number" || typeof loss !== "number") return undefined;
  return { kind: "step", step: { step, steps, loss } };
}

function checkedReply(value: unknown): Reply | undefined {
  if (!isRecord(value)) return undefined;
  if (value.ok === false) {
    const problem = checkedProblem(value.problem);
    return problem && { ok: false, problem };
  }
  const returned = checkedReturned(value.value, 0);
  const changed = value.changed;
  if (value.ok !== true || !returned || !Array.isArray(changed) || changed.length > 100) return undefined;
  return changed.every((place) => Number.isInteger(place)) ? { ok: true, value: returned, changed } : undefined;
}

function checkedProblem(value: unknown): Problem | undefined {
  if (!isRecord(value) || typeof value.message !== "string") return undefined;
  const kind = kinds.find((one) => one === value.kind);
  const at = typeof value.at === "string" ? value.at.slice(0, 200) : undefined;
  return kind && { kind, message: value.message.slice(0, mostText), ...(at !== undefined && { at }) };
}

function checkedReturned(value: unknown, depth: number): Returned | undefined {
  if (!isRecord(value) || depth > 6) return undefined;
  switch (value.kind) {
    case "array":
      return checkedArray(value);
    case "plain": {
      const plain = value.value;
      if (plain === null || typeof plain === "number" || typeof plain === "boolean")
        return { kind: "plain", value: plain };
      return typeof plain === "string" ? { kind: "plain", value: plain.slice(0, mostText) } : undefined;
    }
    case "list": {
      if (!Array.isArray(value.items)) return undefined;
      const items = Array.from(value.items, (item) => checkedReturned(item, depth + 1));
      return items.every((item) => item !== undefined) ? { kind: "list", items } : undefined;
    }
    case "record": {
      if (!isRecord(value.entries)) return undefined;
      const entries = Object.entries(value.entries).map(
        ([name, one]) => [name, checkedReturned(one, depth + 1)] as const,
      );
      if (!entries.every((entry): entry is [string, Returned] => entry[1] !== undefined)) return undefined;
      return { kind: "record", entries: Object.fromEntries(entries) };
    }
    case "other":
      return typeof value.what === "string" ? { kind: "other", what: value.what.slice(0, mostText) } : undefined;
    default:
      return undefined;
  }
}

function checkedArray({ shape, data }: Readonly<Record<string, unknown>>): Returned | undefined {
  if (!Array.isArray(shape) || shape.length > 32 || !(data instanceof Float64Array)) return undefined;
  if (!shape.every((length) => Number.isInteger(length) && length >= 0)) return undefined;
  const size = shape.reduce((product: number, length: number) => product * length, 1);
  return size === data.length ? { kind: "array", shape: [...shape], data } : undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

import { problemOf, returned, type StudentHostOptions } from "./host.ts";
import type { FromRunner, TrainRequest } from "./runner.ts";
import type { trainStudent } from "./trainStudent.ts";
import type { Reply } from "./wire.ts";

interface TrainReplyOptions {
  readonly train: typeof trainStudent;
  readonly load: StudentHostOptions["load"];
  readonly placeOf: NonNullable<StudentHostOptions["placeOf"]>;
  readonly write: (message: FromRunner) => void;
  /** milliseconds; taken before the student's code could replace the clock */
  readonly now: () => number;
}

/** Trains with a student's code and reports the progress at most ten times a second. */
export async function trainReply(
  { data, settings }: TrainRequest,
  { train, load, placeOf, write, now }: TrainReplyOptions,
): Promise<Reply> {
  let told = Number.NEGATIVE_INFINITY;
  try {
    const result = await train(load, data, settings, (step) => {
      const time = now();
      if (time - told < 100 && step.step < step.steps) return;
      told = time;
      write({ kind: "step", step });
    });
    return { ok: true, value: returned(result), changed: [] };
  } catch (error) {
    return { ok: false, problem: problemOf(error, placeOf) };
  }
}

/** The problem that is reported for an unhandled rejection. */
export function rejectionReply(error: unknown, placeOf: TrainReplyOptions["placeOf"]): Reply {
  const { message, at } = problemOf(error, placeOf);
  const text = `a promise is rejected and nothing handles it: ${message}`;
  return { ok: false, problem: { kind: "exception", message: text, ...(at && { at }) } };
}

import { signal } from "@preact/signals";
import type { Exercise } from "handgrad/assignment";
import { messageOf } from "../shared/ui/notice.tsx";
import { files, record } from "./project.ts";

/** The check that is running, if any. */
export const running = signal<{ readonly what: string; readonly done: number; readonly all: number } | undefined>(
  undefined,
);
/** why a check could not run at all */
export const checkProblem = signal<string | undefined>(undefined);

let controller = new AbortController();

/** Checks exercises with the current texts; one check at a time. */
export async function startCheck(exercises: readonly Exercise[]): Promise<void> {
  if (running.value || exercises.length === 0) return;
  const all = exercises.length;
  const what = all === 1 ? exercises[0].title : `${all} exercises`;
  running.value = { what, done: 0, all };
  checkProblem.value = undefined;
  controller = new AbortController();
  const { signal } = controller;
  try {
    const { check } = await import("./checker.ts");
    const texts = new Map(Object.entries(files.value));
    await check(texts, exercises, {
      signal,
      onResult(exercise, result) {
        record(exercise.id, { result, text: texts.get(`${exercise.id}.ts`) ?? "" });
        running.value = { what, done: (running.value?.done ?? 0) + 1, all };
      },
    });
  } catch (error) {
    if (!signal.aborted) checkProblem.value = messageOf(error);
  } finally {
    running.value = undefined;
  }
}

export function stopCheck(): void {
  controller.abort();
}

import { computed, signal } from "@preact/signals";
import { exercises, type StudentStep, trainingExercises } from "handgrad/assignment";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { messageOf } from "../../shared/ui/notice.tsx";
import { running, startCheck } from "../checking.ts";
import { files, recordTraining, results, stateOf } from "../project.ts";

export interface Progress {
  readonly phase: "checks" | "data" | "student" | "ours";
  readonly step?: StudentStep;
}

export const progress = signal<Progress | undefined>(undefined);
export const problem = signal<string | undefined>(undefined);
/** CIFAR-100, if its files were chosen */
export const data = signal<readonly ChosenFile[]>([]);

/** The exercises that the training needs and that are not right yet. */
export const missing = computed(() =>
  exercises.filter((one) => trainingExercises.includes(one.id) && stateOf(one) !== "right"),
);

let controller = new AbortController();
export const stopTraining = (): void => controller.abort(new DOMException("it was stopped", "AbortError"));

/** Checks all exercises, as the command does, and trains if those that are needed are right. */
export async function startTraining(epochs: number, author: { name: string; id?: string } | undefined): Promise<void> {
  if (progress.value || running.value) return;
  controller = new AbortController();
  const { signal } = controller;
  problem.value = undefined;
  progress.value = { phase: "checks" };
  try {
    const texts = new Map(Object.entries(files.value));
    await startCheck(exercises);
    if (signal.aborted) return;
    if (missing.value.length > 0) throw new Error(`not right yet: ${missing.value.map(({ id }) => id).join(", ")}`);
    const { train } = await import("./train.ts");
    const record = await train({
      ...{ files: texts, epochs, data: data.value, signal },
      checks: exercises.flatMap(({ id }) => {
        const result = results.value[id]?.result;
        return result ? [{ id, status: result.status, points: result.points, possible: result.possible }] : [];
      }),
      ...(author && { author }),
      onPhase: (phase) => {
        progress.value = { phase };
      },
      onStep: (step) => {
        progress.value = { phase: "student", step };
      },
    });
    recordTraining(record);
  } catch (error) {
    if (!signal.aborted) problem.value = messageOf(error);
  } finally {
    progress.value = undefined;
  }
}

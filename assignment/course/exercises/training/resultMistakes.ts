import type { Mistake } from "../../exercise.ts";
import { accuracyMistakes } from "./accuracyMistakes.ts";
import { bestMistakes } from "./bestMistakes.ts";
import { callbackMistakes, lossMistakes } from "./lossMistakes.ts";
import type { TrainingCase } from "./trainingCase.ts";

/** What goes wrong in the results of a training loop whose calls are right. */
export const resultMistakes: readonly Mistake<TrainingCase>[] = [
  ...lossMistakes,
  ...accuracyMistakes,
  ...bestMistakes,
  ...callbackMistakes,
];

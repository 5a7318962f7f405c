import type { Mistake, Quantities } from "../../exercise.ts";
import type { TrainingCase } from "./trainingCase.ts";

export const mistake = (
  cause: string,
  message: string,
  results: (one: TrainingCase) => Partial<Quantities>,
): Mistake<TrainingCase> => ({ cause, message, results });

import { SettingsError } from "../../../src/tensor/errors.ts";
import { chapters, type Exercise } from "../../course/exercise.ts";
import { exercises } from "../../course/exercises/index.ts";

/** The exercises with these names or file names, or of these chapters, in the order of the course; all for none. Throws SettingsError. */
export function chooseExercises(parts: readonly string[]): Exercise[] {
  const wanted = new Set(parts.map((part) => part.replace(/^.*[/\\]/, "").replace(/\.ts$/, "")));
  const unknown = [...wanted].find(
    (name) => !Object.hasOwn(chapters, name) && !exercises.some(({ id }) => id === name),
  );
  if (unknown !== undefined) {
    const names = [...Object.keys(chapters), ...exercises.map(({ id }) => id)];
    throw new SettingsError(`no exercise or chapter is called ${unknown}; there are ${names.join(", ")}`);
  }
  return exercises.filter(({ id, chapter }) => wanted.size === 0 || wanted.has(id) || wanted.has(chapter));
}

/** The exercise with this name or file name. Throws SettingsError. */
export function findExercise(name: string): Exercise {
  const [first, ...others] = chooseExercises([name]);
  if (others.length > 0 || first === undefined)
    throw new SettingsError(`${name} is a chapter; name one of ${[first, ...others].map((one) => one?.id).join(", ")}`);
  return first;
}

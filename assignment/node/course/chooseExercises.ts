import { SettingsError } from "../../../src/tensor/errors.ts";
import { chapters, type Exercise } from "../../course/exercise.ts";
import { exercises } from "../../course/exercises/index.ts";

/** The exercises of a course with these names or file names, or of these chapters, in its order; all for none. Throws SettingsError. */
export function chooseExercises(parts: readonly string[], course: readonly Exercise[] = exercises): Exercise[] {
  const wanted = new Set(parts.map((part) => part.replace(/^.*[/\\]/, "").replace(/\.ts$/, "")));
  const unknown = [...wanted].find((name) => !Object.hasOwn(chapters, name) && !course.some(({ id }) => id === name));
  if (unknown !== undefined) {
    const names = new Set([...course.map(({ chapter }) => chapter), ...course.map(({ id }) => id)]);
    throw new SettingsError(`expected exercises or chapters (${[...names].join(", ")}), found ${unknown}`);
  }
  return course.filter(({ id, chapter }) => wanted.size === 0 || wanted.has(id) || wanted.has(chapter));
}

/** The exercise with this name or file name. Throws SettingsError. */
export function findExercise(name: string, course: readonly Exercise[] = exercises): Exercise {
  const [first, ...others] = chooseExercises([name], course);
  if (others.length > 0 || first === undefined)
    throw new SettingsError(`${name} is a chapter; name one of ${[first, ...others].map((one) => one?.id).join(", ")}`);
  return first;
}

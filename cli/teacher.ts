import { resolve } from "node:path";
import { type DataSource, isCifar100, type Model, readTeacher, requestOf, type TrainSettings } from "../src/node.ts";

/** The model of the setting `teacher`, and the setting with its full path and checksum. Throws DataError. */
export function teacherOf({ teacher }: TrainSettings): ReturnType<typeof readTeacher> | undefined {
  return teacher && readTeacher({ ...teacher, model: resolve(teacher.model) });
}

/**
 * Reads the model of the setting `teacher`, whose full path and checksum are stored with the run. Warns of a teacher that may have seen test
 * rows. Throws DataError.
 */
export function withTeacher(
  settings: TrainSettings,
  source: DataSource,
): { readonly settings: TrainSettings; readonly source: DataSource } {
  const read = teacherOf(settings);
  if (!read) return { settings, source };
  const { model, teacher } = read;
  if (hasOtherSplit(model, source))
    console.error(
      `warning: ${teacher.model} was trained on another division of the same data, so it may have seen the test rows, and the test score may be too high; train it with --seed ${source.request.seed}`,
    );
  return { settings: { ...settings, teacher }, source: { ...source, teacher: model } };
}

/** Whether a model was trained on the same data with another seed. CIFAR-100 has fixed parts. */
function hasOtherSplit(model: Model, source: DataSource): boolean {
  if (isCifar100(source)) return false;
  const { path, seed } = requestOf(model);
  return path === source.request.path && seed !== source.request.seed;
}

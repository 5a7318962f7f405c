import { resolve } from "node:path";
import { type DataSource, readTeacher, type TrainSettings } from "../src/node.ts";

/** Reads the model of the setting `teacher`, whose full path and checksum are stored with the run. Throws DataError. */
export function withTeacher(
  settings: TrainSettings,
  source: DataSource,
): { readonly settings: TrainSettings; readonly source: DataSource } {
  if (!settings.teacher) return { settings, source };
  const { model, teacher } = readTeacher({ ...settings.teacher, model: resolve(settings.teacher.model) });
  return { settings: { ...settings, teacher }, source: { ...source, teacher: model } };
}

import { crc32 } from "node:zlib";
import { encodeModel, type Model } from "../../experiments/model.ts";
import type { TrainSettings } from "../../experiments/settings.ts";
import { DataError } from "../../tensor/errors.ts";
import { readModel } from "./runFolder.ts";

/**
 * The model of the setting `teacher`, and the setting with its checksum. Throws DataError if there is no model, or, with a checksum, another
 * one than when the run was started.
 */
export function readTeacher(asked: NonNullable<TrainSettings["teacher"]>): {
  readonly model: Model;
  readonly teacher: NonNullable<TrainSettings["teacher"]>;
} {
  const model = readModel(asked.model);
  const checksum = crc32(encodeModel(model)).toString(16);
  if (asked.checksum !== undefined && asked.checksum !== checksum)
    throw new DataError(
      `${asked.model}: expected the teacher that the run was started with (${asked.checksum}), found another model (${checksum}); put that model back, or train again`,
    );
  return { model, teacher: { ...asked, checksum } };
}

import * as v from "valibot";

/** What a user decides about images, as plain data that is stored with a run. */
export const imageOptions = {
  /** leaves out files that cannot be decoded */
  skipBroken: v.optional(v.boolean()),
  /** where the classes are, if not in the names of folders: "name" */
  labelsFrom: v.optional(v.string()),
};
const imageOptionsSchema = v.object(imageOptions);
export type ImageOptions = v.InferOutput<typeof imageOptionsSchema>;

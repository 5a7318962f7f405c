import * as v from "valibot";

/** The user's options for reading images, as plain data that is stored with a run. */
export const imageOptions = {
  /** leaves out files that cannot be decoded */
  skipBroken: v.optional(v.boolean()),
  /** where the classes are, if not in folder names: "name" (in file names), or the path of a table */
  labelsFrom: v.optional(v.string()),
  /** whether arrays are images or a table; by default this is decided from the arrays */
  as: v.optional(v.picklist(["images", "table"])),
  /** for images as arrays of numbers: the smallest and the largest pixel value, which become 0 and 255 */
  pixelRange: v.optional(v.tuple([v.number(), v.number()])),
};
const imageOptionsSchema = v.object(imageOptions);
export type ImageOptions = v.InferOutput<typeof imageOptionsSchema>;

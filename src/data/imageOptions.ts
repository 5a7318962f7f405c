import * as v from "valibot";

/** What a user decides about images, as plain data that is stored with a run. */
export const imageOptions = {
  /** leaves out files that cannot be decoded */
  skipBroken: v.optional(v.boolean()),
  /** where the classes are, if not in the names of folders: "name", or the path of a table */
  labelsFrom: v.optional(v.string()),
  /** whether arrays are images or a table; the arrays decide if it is left out */
  as: v.optional(v.picklist(["images", "table"])),
  /** of arrays of numbers that are images: the smallest and the largest value of a pixel, which become 0 and 255 */
  pixelRange: v.optional(v.tuple([v.number(), v.number()])),
};
const imageOptionsSchema = v.object(imageOptions);
export type ImageOptions = v.InferOutput<typeof imageOptionsSchema>;

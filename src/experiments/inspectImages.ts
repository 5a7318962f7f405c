import type { Dataset } from "../data/dataset.ts";
import { plural } from "../data/imageTreeText.ts";

/** Facts about images before training. */
export interface ImageInspection {
  /** the images of each class, the most frequent first */
  readonly classes: readonly { readonly value: string; readonly rows: number }[];
  /** one line for each */
  readonly problems: readonly string[];
}

/** The rarest class should have at least this share of the most frequent one. */
const balanced = 0.1;
/** A class with fewer images is not in every part. */
const fewest = 7;

/** Counts the images of each class and names likely problems: imbalanced classes, and classes with too few images for every part. */
export function inspectImages({ labels, labelNames }: Pick<Dataset, "labels" | "labelNames">): ImageInspection {
  const counts = new Float64Array(labelNames.length);
  for (const label of labels) counts[label]++;
  const classes = labelNames.map((value, label) => ({ value, rows: counts[label] })).sort((a, b) => b.rows - a.rows);
  const problems: string[] = [];
  const [most, least] = [classes[0], classes[classes.length - 1]];
  if (most && least.rows < balanced * most.rows)
    problems.push(
      `the classes are imbalanced: ${most.value} has ${plural(most.rows, "image")}, ${least.value} ${least.rows.toLocaleString("en")}`,
    );
  const few = classes.filter(({ rows }) => rows < fewest);
  if (few.length > 0) {
    const listed = few.slice(0, 5).map(({ value, rows }) => `${value} (${rows})`);
    const more = few.length > 5 ? ", …" : "";
    problems.push(
      `${plural(few.length, "class")} with fewer than ${fewest} images, too few for every part: ${listed.join(", ")}${more}`,
    );
  }
  return { classes, problems };
}

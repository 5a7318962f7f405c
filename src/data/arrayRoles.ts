import type { ImagePart } from "./partFolders.ts";

// Finds the arrays in a file that are inputs, labels or names of classes. Only the names of the arrays are used.

/** The usual names of arrays, the most likely first. */
const words = {
  inputs: ["x", "images", "image", "imgs", "data", "inputs", "input", "features"],
  labels: ["y", "labels", "label", "targets", "target"],
} as const;
const parts: Readonly<Record<ImagePart, readonly string[]>> = {
  train: ["train", "training"],
  validation: ["validation", "valid", "val", "dev"],
  test: ["testing", "test"],
};
const classNames = ["class_names", "classnames", "target_names", "label_names", "classes"];

type Role = keyof typeof words;

export interface ArrayRoles {
  /** the names of the arrays of each part; parts without inputs are left out */
  readonly parts: Readonly<Partial<Record<ImagePart, { readonly inputs: string; readonly labels?: string }>>>;
  /** the array that contains the names of the classes */
  readonly classNames?: string;
  /** arrays that have no role, in the order of the file */
  readonly unused: readonly string[];
}

interface Named {
  readonly name: string;
  readonly role: Role;
  readonly part: ImagePart;
  /** the position in the list of usual names: lower is more likely */
  readonly rank: number;
  readonly isExplicit: boolean;
}

/** "x_train", "trainImages", "Y", "labels-val" as role and part. */
function parse(name: string): Named | undefined {
  const text = name.toLowerCase().replace(/[_.\- ]/g, "");
  for (const role of ["inputs", "labels"] as const) {
    for (const [rank, word] of words[role].entries()) {
      if (text === word) return { name, role, part: "train", rank, isExplicit: false };
      for (const part of Object.keys(parts) as ImagePart[]) {
        const isPart = parts[part].some((called) => text === word + called || text === called + word);
        if (isPart) return { name, role, part, rank, isExplicit: true };
      }
    }
  }
  return undefined;
}

/**
 * The roles of arrays by their names: x, y; x_train, y_train, x_test, y_test, x_val …; images and labels; NumPy's arr_0 and arr_1
 * if there are only these two. If several arrays have the same role, the one with the most likely name is used and the others are
 * unused.
 */
export function arrayRoles(names: readonly string[]): ArrayRoles {
  if (names.length === 2 && names.every((name, i) => name === `arr_${i}`))
    return { parts: { train: { inputs: "arr_0", labels: "arr_1" } }, unused: [] };
  const named = names.flatMap((name) => parse(name) ?? []);
  // an x beside x_train and x_test contains the same rows again
  const isDivided = named.some(({ part }) => part !== "train");
  const best = (role: Role, part: ImagePart): string | undefined =>
    named
      .filter((each) => each.role === role && each.part === part)
      .sort((a, b) => Number(b.isExplicit && isDivided) - Number(a.isExplicit && isDivided) || a.rank - b.rank)
      .at(0)?.name;
  const used: ArrayRoles["parts"] = Object.fromEntries(
    (["train", "validation", "test"] as const).flatMap((part) => {
      const [inputs, labels] = [best("inputs", part), best("labels", part)];
      return inputs === undefined ? [] : [[part, { inputs, ...(labels !== undefined && { labels }) }]];
    }),
  );
  const called = names.find((name) => classNames.includes(name.toLowerCase()));
  const taken = new Set(Object.values(used).flatMap(({ inputs, labels }) => [inputs, labels]));
  return {
    parts: used,
    ...(called !== undefined && { classNames: called }),
    unused: names.filter((name) => !taken.has(name) && name !== called),
  };
}

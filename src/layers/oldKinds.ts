/** Kinds of layers under the names that they had before, with today's names. Models and settings that were stored then stay readable. */
const oldKinds: ReadonlyMap<unknown, string> = new Map([
  ["frequencies", "dct"],
  ["views", "testTimeAugmentation"],
  ["meanOfViews", "testTimeAverage"],
]);

/** The kind with today's name. */
export function currentKind(kind: unknown): unknown {
  return oldKinds.get(kind) ?? kind;
}

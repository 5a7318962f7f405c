/** A name without differences in case and spaces. */
const withoutCase = (name: string): string => name.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, "");
const withoutMarks = (name: string): string => withoutCase(name).replaceAll(/[\p{P}\p{S}]+/gu, "");

export interface NearestName {
  readonly name: string;
  /** "case or spaces", "punctuation" or, for a name that is merely similar, "letters" */
  readonly differsIn: "case or spaces" | "punctuation" | "letters";
}

/** The most similar name; undefined if no name is similar. At most a third of the letters may differ, and not all. */
export function nearestName(wanted: string, names: readonly string[]): NearestName | undefined {
  for (const [same, differsIn] of [
    [withoutCase, "case or spaces"],
    [withoutMarks, "punctuation"],
  ] as const) {
    const name = names.find((each) => same(each) === same(wanted) && same(wanted) !== "");
    if (name !== undefined) return { name, differsIn };
  }
  const key = withoutCase(wanted);
  const most = Math.min(Math.floor(Math.max(key.length, 3) / 3), Math.max(0, key.length - 1));
  const [best] = names
    .map((name) => ({ name, distance: editDistance(key, withoutCase(name), most) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return best && { name: best.name, differsIn: "letters" };
}

/** The Levenshtein distance: the number of insertions, deletions and replacements of characters; most + 1 if it is larger than `most`. */
export function editDistance(a: string, b: string, most = Infinity): number {
  const [from, to] = [[...a], [...b]];
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      next.push(Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return Math.min(row[to.length], most + 1);
}

/** `, "Body mass" differs only in case or spaces`: a hint for messages about a missing column; "" if no name is similar. */
export function nameHint(wanted: string, names: readonly string[]): string {
  const nearest = nearestName(wanted, names);
  if (!nearest) return "";
  const { name, differsIn } = nearest;
  return differsIn === "letters" ? `did you mean "${name}"?` : `"${name}" differs only in ${differsIn}`;
}

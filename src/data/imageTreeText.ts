// Text for counts of files and folders in notes.

/** "1 image", "3 images", "2 classes". */
export function plural(count: number, what: string): string {
  const ending = what.endsWith("s") ? "es" : "s";
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : ending}`;
}

/** ".jpg" for "a/B.JPG"; "" for a name without an ending. */
export function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot).toLowerCase() : "";
}

/** ".txt 10, .pdf 2", the most frequent first. */
export function countByEnding(files: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const file of files) {
    const ending = endingOf(file) || "without an ending";
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const most = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return listed(most.map(([ending, count]) => `${ending} ${count.toLocaleString("en")}`));
}

/** The first few names; very long ones are cut. */
export function listed(
  names: readonly string[],
  { most = 5, mostCharacters = 80 }: { readonly most?: number; readonly mostCharacters?: number } = {},
): string {
  const shown = names.slice(0, most).map((name) => {
    const characters = [...name];
    return characters.length <= mostCharacters ? name : `${characters.slice(0, mostCharacters - 1).join("")}…`;
  });
  return `${shown.join(", ")}${names.length > most ? ", …" : ""}`;
}

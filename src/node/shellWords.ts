/**
 * A command line for a POSIX shell: words that hold anything but plain characters stand in single quotes, so that a line
 * which is copied from the terminal names the same file. shellLine("predict", "my run") is `predict 'my run'`.
 */
export function shellLine(...words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}

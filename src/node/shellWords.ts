/**
 * A command line for a POSIX shell. Words with special characters are in single quotes, so that a copied line names the same
 * file. shellLine("predict", "my run") is `predict 'my run'`.
 */
export function shellLine(...words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}

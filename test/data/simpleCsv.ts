/**
 * The rows of delimited text, character by character: the slow twin of DelimitedParser. Cells are trimmed, rows without content are left out.
 * "quote" for an open quote or text behind a closing one, "ragged" for rows of different lengths.
 */
export function simpleCsv(text: string, delimiter: string): string[][] | "quote" | "ragged" {
  const rows: string[][] = [];
  const isBlank = (c: string) => c === " " || (c === "\t" && delimiter !== "\t");
  const isEnd = (c: string | undefined) => c === undefined || c === "\n" || c === "\r";
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      while (isBlank(text[at] ?? "")) at++;
      let cell = "";
      if (text[at] === '"') {
        at++;
        for (;;) {
          if (at >= text.length) return "quote";
          if (text[at] === '"' && text[at + 1] === '"') {
            cell += '"';
            at += 2;
          } else if (text[at] === '"') break;
          else cell += text[at++];
        }
        at++;
        while (isBlank(text[at] ?? "")) at++;
        if (!isEnd(text[at]) && text[at] !== delimiter) return "quote";
      } else while (!isEnd(text[at]) && text[at] !== delimiter) cell += text[at++];
      row.push(cell.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, ""));
      if (text[at] !== delimiter) break;
      at++;
    }
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    at++;
    if (row.some((cell) => cell !== "")) rows.push(row);
  }
  return rows.every((row) => row.length === rows[0].length) ? rows : "ragged";
}

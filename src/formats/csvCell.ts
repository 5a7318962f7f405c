/** The first characters, including full-width forms, for which spreadsheets run a cell as a formula (OWASP, "CSV Injection"). */
const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/;
const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * A text as a cell of a CSV file (RFC 4180), in quotes if it contains commas, quotes or line breaks. A text that a spreadsheet
 * would run as a formula gets a single quote in front; numbers such as -1.5 are not changed.
 */
export function csvCell(text: string): string {
  const safe = formulaStart.test(text) && !plainNumber.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

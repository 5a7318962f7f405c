/** What spreadsheets run as a formula when a cell begins with it (OWASP, "CSV Injection"), the full-width forms as well. */
const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/;
const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * A text as a cell of a CSV file (RFC 4180): in quotes where it holds commas, quotes or line breaks. A text that a spreadsheet would
 * run as a formula gets a single quote in front; numbers such as -1.5 stay as they are.
 */
export function csvCell(text: string): string {
  const safe = formulaStart.test(text) && !plainNumber.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * A name for the folder of a run: letters and digits of any script stay, everything else between them becomes "-", in lower case.
 * It never begins with "-", because a command would read that as an option: "<b>Größe (2).csv" becomes "b-größe-2-csv".
 */
export function runNameOf(text: string): string {
  const parts = text.normalize("NFC").match(/[\p{L}\p{M}\p{N}_]+/gu) ?? ["run"];
  return parts.join("-").toLowerCase();
}

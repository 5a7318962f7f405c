import { type ClassificationMetrics, printable } from "../src/node.ts";
import { plural } from "./describeData.ts";
import { formatTable } from "./table.ts";

const mostClasses = 12;
const shortest = 4;
const mostMistakes = 15;

/** The confusion matrix as lines of a given width; for many classes the most frequent mistakes. */
export function confusionLines({ classes, confusion }: ClassificationMetrics, width: number): string[] {
  const given = confusion.map((_, j) => confusion.some((row) => row[j] > 0));
  const shown = classes.map((_, i) => i).filter((i) => classes[i].rows > 0 || given[i]);
  const names = classes.map(({ label }) => printable(label));
  if (shown.length > mostClasses) return mistakes(names, confusion);
  const counts = shown.map((i) => shown.map((j) => (confusion[i][j] === 0 ? "·" : String(confusion[i][j]))));
  const longest = Math.max(...shown.map((i) => [...names[i]].length));
  const columns = shown.length;
  // Rows may take a third of the line, columns share the rest, two spaces apart
  const rowWidth = Math.max(12, Math.min(longest, Math.floor(width / 3)));
  const room = Math.floor((width - 2 - rowWidth) / columns) - 2;
  const digits = Math.max(...counts.flat().map((count) => count.length));
  const cut = shown.map((i) => cutMiddle(names[i], Math.max(room, digits)));
  const numbered = room < shortest || new Set(cut).size < cut.length;
  const numbers = shown.map((_, place) => String(place + 1));
  const rowNames = shown.map((i, place) => cutMiddle(numbered ? `${place + 1} ${names[i]}` : names[i], rowWidth));
  const rows = counts.map((row, place) => [rowNames[place], ...row]);
  const table = formatTable(["true \\ predicted", ...(numbered ? numbers : cut)], rows);
  return table.split("\n").map((line) => `  ${line}`);
}

/** A name shortened in the middle, "chi…trap": similar names often differ at the end. */
function cutMiddle(name: string, most: number): string {
  const letters = [...name];
  if (letters.length <= most) return name;
  const end = Math.floor((most - 1) / 2);
  return `${letters.slice(0, most - 1 - end).join("")}…${end > 0 ? letters.slice(-end).join("") : ""}`;
}

function mistakes(names: readonly string[], confusion: readonly Int32Array[]): string[] {
  const all = confusion.flatMap((row, i) =>
    [...row].map((count, j) => ({ i, j, count })).filter(({ i, j, count }) => i !== j && count > 0),
  );
  const most = all.sort((a, b) => b.count - a.count).slice(0, mostMistakes);
  const rows = most.map(({ i, j, count }) => [names[i], names[j], String(count)]);
  const rest = all.length - most.length;
  return [
    ...formatTable(["true", "predicted", "rows"], rows, 2).split("\n"),
    ...(rest > 0 ? [`… and ${plural(rest, "less frequent mistake")}`] : []),
  ].map((line) => `  ${line}`);
}

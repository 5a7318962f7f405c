import { styleText } from "node:util";
import { type CheckedExercise, chapters, type Exercise, shellLine } from "../assignment/node/course.ts";
import { printable } from "../src/tensor/printable.ts";
import { formatSeconds } from "./format.ts";

// What `course check` prints. Messages contain text from the student's code; it passes `printable` before colours are added.

type Style = Parameters<typeof styleText>[0];
/** `printColoured` removes the colours if the output is not a terminal. */
const coloured = (style: Style, text: string): string => styleText(style, text, { validateStream: false });

const marks = { right: ["✓", "green"], wrong: ["✗", "red"], "not started": ["·", "dim"] } as const;
const printedLines = 10;

export const chapterLine = ({ chapter }: Exercise): string => coloured("bold", chapters[chapter]);

/** An exercise with its points, and below it each finding with a map of the entries and what the code printed. */
export function exerciseLines(
  { id, title }: Exercise,
  { status, points, possible, findings, printed }: CheckedExercise,
  hints: number,
): string[] {
  const [mark, style] = marks[status];
  const used = hints === 0 ? "" : `, ${hints} ${hints === 1 ? "hint" : "hints"}`;
  const score = `${String(points).padStart(3)} / ${String(possible).padEnd(2)}`;
  const remark = status === "not started" ? `${title}, not started${used}` : `${title}${used}`;
  return [
    `  ${coloured(style, mark)} ${id.padEnd(18)} ${score}  ${remark}`,
    ...findings.flatMap(({ message, map = [], quantity = "" }) => [
      `      ${shown(message)}`,
      ...map.map((row, at) => `        ${at === 0 ? quantity.padEnd(8) : " ".repeat(8)} ${mapRow(row)}`),
    ]),
    ...linesOf(printed).map((line) => coloured("dim", `      | ${line}`)),
  ];
}

const shown = (text: string): string => printable(text, { newlines: true }).replaceAll("\n", "\n      ");

const mapRow = (row: string): string => printable(row).replace(/×+/g, (wrong) => coloured("red", wrong));

function linesOf(printed: string): string[] {
  if (printed === "") return [];
  const lines = printable(printed, { newlines: true }).trimEnd().split("\n");
  const more = lines.length - printedLines;
  return more > 0 ? [...lines.slice(0, printedLines), `… (${more} more ${more === 1 ? "line" : "lines"})`] : lines;
}

/** "40 of 100 points, 5 of 13 exercises right, 0.4 s" */
export function summaryLine(
  exercises: readonly Exercise[],
  results: readonly CheckedExercise[],
  seconds: number,
): string {
  const part = (extra: boolean): { points: number; possible: number; right: number; all: number } => {
    const chosen = results.filter((_, at) => (exercises[at].chapter === "extra") === extra);
    return {
      points: chosen.reduce((sum, { points }) => sum + points, 0),
      possible: chosen.reduce((sum, { possible }) => sum + possible, 0),
      right: chosen.filter(({ status }) => status === "right").length,
      all: chosen.length,
    };
  };
  const [core, extra] = [part(false), part(true)];
  const texts = [
    ...(core.all > 0
      ? [`${core.points} of ${core.possible} points, ${core.right} of ${core.all} exercises right`]
      : []),
    ...(extra.all > 0 ? [`extra chapter: ${extra.points} of ${extra.possible} points`] : []),
  ];
  return `${coloured("bold", texts.join("; "))} (${formatSeconds(seconds)})`;
}

/** What to do after a check: the first exercise that is not right, or training, where the course has one. */
export function nextLine(
  wrong: Exercise | undefined,
  isWhole: boolean,
  where: readonly string[],
  trains: boolean,
): string {
  if (wrong) return `next: ${wrong.id}.ts; a hint: ${shellLine("handgrad", "course", "hint", wrong.id, ...where)}`;
  if (!isWhole) return `next: ${shellLine("handgrad", "course", "check", ...where)} checks the whole course`;
  if (!trains) return "all exercises are right";
  return `next: ${shellLine("handgrad", "course", "train", ...where)} trains a network with your code`;
}

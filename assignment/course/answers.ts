import type { Exercise } from "./exercise.ts";

// The box for the answers is a comment at the end of an exercise's file.

const width = 96;

/** The comment with an exercise's questions and room for the answers; empty without questions. */
export function answerBox({ questions = [] }: Pick<Exercise, "questions">): string {
  if (questions.length === 0) return "";
  const boxes = questions.map(
    ({ text }, at) => `${wrapped(`Question ${at + 1}: ${text}`)}\n\n${begin(at)}\n\n${end(at)}\n`,
  );
  return `\n/*\n${boxes.join("\n")}*/\n`;
}

/** The answer between the lines of each question, without blank lines around it; "" if it is missing. */
export function readAnswers(text: string, { questions = [] }: Pick<Exercise, "questions">): string[] {
  const lines = text.split(/\r?\n/);
  return questions.map((_, at) => {
    const first = lines.indexOf(begin(at));
    const last = first < 0 ? -1 : lines.indexOf(end(at), first);
    return last < 0
      ? ""
      : lines
          .slice(first + 1, last)
          .join("\n")
          .trim();
  });
}

const begin = (at: number): string => `--- answer ${at + 1}: write below this line ---`;
const end = (at: number): string => `--- end of answer ${at + 1} ---`;

function wrapped(text: string): string {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines[lines.length - 1];
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}

/** A piece of the text of a task: a paragraph, or lines that stay as they are. */
export interface TaskPiece {
  readonly kind: "paragraph" | "lines";
  readonly text: string;
}

/** The doc comments of a skeleton's classes and functions as text: the task of the exercise. */
export function taskText(skeleton: string): TaskPiece[] {
  const comments = [...skeleton.matchAll(/^\/\*\*([\s\S]*?)\*\//gm)].map(([, text]) => text);
  return comments.flatMap((comment) => {
    const lines = comment.split("\n").map((line) => line.replace(/^ ?\* ?/, "").trimEnd());
    const blocks = lines
      .join("\n")
      .trim()
      .split(/\n\s*\n/);
    return blocks.map((block): TaskPiece => {
      const isCode = block.split("\n").every((line) => /^ {4}/.test(line));
      if (isCode) return { kind: "lines", text: block.replace(/^ {4}/gm, "") };
      return { kind: "paragraph", text: block.replace(/\s*\n\s*/g, " ").trim() };
    });
  });
}

// The code of a student's file, without the box with the answers at its end.

const box = /\n\/\*\r?\nQuestion 1:[\s\S]*?\*\/\s*$/;

/** The file without its questions and answers, with the line ends that git and editors may have changed made equal. */
export function codeOf(text: string): string {
  return text.replace(box, "\n").replaceAll("\r\n", "\n").trimEnd();
}

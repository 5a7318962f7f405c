import type { Reply } from "../../../assignment/course/wire.ts";
import { StudentProcess, type StudentProcessOptions } from "../../../assignment/node/course/studentProcess.ts";

/** Calls `run` of a.ts in a process of its own. */
export async function runSource(
  source: string,
  { files = {}, ...options }: StudentProcessOptions & { readonly files?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly reply: Reply; readonly output: string; readonly seconds: number }> {
  const printed: string[] = [];
  const texts = new Map(Object.entries({ "a.ts": source, ...files }));
  const student = new StudentProcess(texts, { onOutput: (text) => printed.push(text), ...options });
  const began = performance.now();
  try {
    const reply = await student.send({ kind: "call", file: "a.ts", name: "run", args: [] });
    return { reply, output: printed.join("\n"), seconds: (performance.now() - began) / 1000 };
  } finally {
    student.close();
  }
}

/** "exception a.ts:2 TypeError: …" for a call that fails; a returned text, or what was returned, otherwise. */
export const outcome = async (...args: Parameters<typeof runSource>): Promise<string> =>
  inWords((await runSource(...args)).reply);

/** The same for many files, one after the other in one process, so that what one does could disturb the next. */
export async function outcomes(
  sources: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const names = sources.map((_, at) => `s${at}.ts`);
  const student = new StudentProcess(
    new Map([...Object.entries(files), ...sources.map((source, at) => [names[at], source] as const)]),
  );
  const found: string[] = [];
  for (const file of names) found.push(inWords(await student.send({ kind: "call", file, name: "run", args: [] })));
  student.close();
  return found;
}

export function inWords(reply: Reply): string {
  if (!reply.ok) {
    const { kind, at, message } = reply.problem;
    return [kind, at, message].filter((part) => part !== undefined).join(" ");
  }
  const { value } = reply;
  return value.kind === "plain" ? String(value.value) : value.kind === "other" ? value.what : JSON.stringify(value);
}

import { openSandbox, startInSandbox } from "../../assignment/course/sandboxFrame.ts";
import { checkProjectWith, exercises, type Reply, SandboxRunner } from "../../assignment/index.ts";
import { plainModule } from "../../web/app/course/plainModule.ts";

// The script of a page that runs students' code in workers, for studentWorker.test.ts.

interface TestWindow {
  runtime: string;
  /** calls `run` of each source, s0.ts and so on, in one worker */
  call(sources: readonly string[], files: Record<string, string>): Promise<{ replies: Reply[]; printed: string[] }>;
  /** what a request gets whose runner is closed while its worker starts */
  closeEarly(): Promise<Reply>;
  check(files: Record<string, string>, ids: readonly string[]): Promise<unknown[]>;
}

const page = window as unknown as TestWindow;

const start = (files: ReadonlyMap<string, string>, options: { onOutput?: (text: string) => void }) =>
  new SandboxRunner(files, { document, runtime: page.runtime, toPlainModule: plainModule, ...options });

page.call = async (sources, files) => {
  const printed: string[] = [];
  const texts = new Map([...Object.entries(files), ...sources.map((text, at) => [`s${at}.ts`, text] as const)]);
  const student = start(texts, { onOutput: (text) => printed.push(text) });
  const replies: Reply[] = [];
  for (const at of sources.keys())
    replies.push(await student.send({ kind: "call", file: `s${at}.ts`, name: "run", args: [] }));
  student.close();
  return { replies, printed };
};

page.closeEarly = () => {
  const student = start(new Map([["a.ts", "export const run = () => 1;"]]), {});
  const reply = student.send({ kind: "call", file: "a.ts", name: "run", args: [] });
  setTimeout(() => student.close(), 20);
  return reply;
};

page.check = async (files, ids) => {
  const chosen = exercises.filter(({ id }) => ids.includes(id));
  const results: unknown[] = [];
  for await (const { seconds: _, ...result } of checkProjectWith(start, new Map(Object.entries(files)), chosen, {
    seed: 1,
  }))
    results.push(result);
  return results;
};

Object.assign(window, { openSandbox, startInSandbox });

import runtime from "code-text:checking";
import {
  type CheckedExercise,
  checkProjectWith,
  type Exercise,
  type PlainModule,
  SandboxRunner,
  type StartRunner,
  type StudentRunner,
} from "handgrad/assignment";
import { plainModule } from "./plainModule.ts";

/** The seed of `handgrad course check`, so that both draw the same inputs. */
const seed = 1;

/** JavaScript of texts that were converted before, by file and text. */
const known = new Map<string, PlainModule>();

const plain = (file: string, text: string): PlainModule => {
  const key = `${file}\n${text}`;
  const found = known.get(key) ?? plainModule(file, text);
  if (known.size > 500) known.clear();
  known.set(key, found);
  return found;
};

/** Converts files one by one, so that the page stays responsive; their errors are reported by a check. */
async function prepare(files: ReadonlyMap<string, string>): Promise<void> {
  for (const [file, text] of files) {
    if (known.has(`${file}\n${text}`)) continue;
    try {
      plain(file, text);
    } catch {
      // reported by the check of the file
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** A file and all files that it imports, directly or not: only these are converted for its check. */
function reached(start: string, all: ReadonlyMap<string, string>): Map<string, string> {
  const found = new Map<string, string>();
  const queue = [start];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const text = all.get(file);
    if (text === undefined || found.has(file)) continue;
    found.set(file, text);
    // any relative path in quotes may be an import
    for (const [, path] of text.matchAll(/["'](\.{1,2}\/[^"'\n]+)["']/g)) {
      const { pathname } = new URL(path, `file:///${file}`);
      queue.push(decodeURI(pathname.slice(1)));
    }
  }
  return found;
}

export interface CheckEvents {
  readonly signal: AbortSignal;
  readonly onResult: (exercise: Exercise, result: CheckedExercise) => void;
}

/** Checks exercises of a project with the code in a worker. Checks that are unfinished when the signal aborts are not reported. */
export async function check(
  files: ReadonlyMap<string, string>,
  exercises: readonly Exercise[],
  { signal, onResult }: CheckEvents,
): Promise<void> {
  const [only] = exercises;
  const chosen = exercises.length === 1 && only ? reached(`${only.id}.ts`, files) : files;
  await prepare(chosen);
  if (signal.aborted) return;
  let running: StudentRunner | undefined;
  const start: StartRunner = (texts, options) => {
    running = new SandboxRunner(texts, { ...options, document, runtime, toPlainModule: plain });
    return running;
  };
  const stop = () => running?.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    let at = 0;
    for await (const result of checkProjectWith(start, chosen, exercises, { seed })) {
      if (signal.aborted) return;
      onResult(exercises[at++], result);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

import arrayText from "code-text:array";
import { computed, signal } from "@preact/signals";
import {
  type CheckedExercise,
  type CourseRecord,
  type Exercise,
  exercises,
  type Hints,
  hintsAfter,
  type Project,
  skeletonOf,
} from "handgrad/assignment";
import { messageOf } from "../shared/ui/notice.tsx";
import { readStored, writeStored } from "./storage.ts";

// The student's project, in the page and in the browser's storage.

/** The result of a check, and the text that was checked. */
export interface Checked {
  readonly result: CheckedExercise;
  readonly text: string;
}

interface Stored {
  readonly version: 1;
  readonly files: Readonly<Record<string, string>>;
  readonly hints: Hints;
  readonly results: Readonly<Record<string, Checked>>;
  /** of the last training */
  readonly training?: CourseRecord | undefined;
}

const skeletons = (): Record<string, string> =>
  Object.fromEntries(exercises.map((one) => [`${one.id}.ts`, skeletonOf(one)]));

/** the texts by file name; every exercise has one */
export const files = signal<Readonly<Record<string, string>>>(skeletons());
export const hints = signal<Hints>({});
export const results = signal<Readonly<Record<string, Checked>>>({});
/** of the last training with this code */
export const training = signal<CourseRecord | undefined>(undefined);
/** whether the storage was read; nothing is stored before that */
export const isLoaded = signal(false);
/** why nothing is stored, if the browser refuses */
export const storageProblem = signal<string | undefined>(undefined);
/** another tab of this page has stored a project since this one read it */
export const otherTab = signal(false);
/** grows when texts change by other means than typing, so that editors show the new text */
export const replaced = signal(0);
export const arrayModule = arrayText;

export type State = "right" | "wrong" | "changed" | "new";

/** The files that do not belong to an exercise. */
export const ownFiles = computed(() => Object.keys(files.value).filter((name) => !Object.hasOwn(texts, name)));

/** Adds an empty file. Returns the reason if the name is not valid or is taken. */
export function addFile(name: string): string | undefined {
  if (!/^[A-Za-z][\w-]{0,60}\.ts$/.test(name))
    return `expected a name of letters and digits that ends with .ts, such as helpers.ts, found ${JSON.stringify(name)}`;
  if (Object.hasOwn(files.value, name) || name === "array.ts") return `there is already a file ${name}`;
  write(name, "export {};\n");
  return undefined;
}

/** Removes a file of the student's own; the returned function puts it back. */
export function removeFile(name: string): Before {
  const { [name]: text, ...others } = files.value;
  files.value = others;
  save();
  return () => write(name, text);
}

/** The state of an exercise: "changed" since its last check, "new" if it still has its first text. */
export function stateOf({ id }: Exercise): State {
  const checked = results.value[id];
  const text = files.value[`${id}.ts`];
  if (!checked) return text === skeletonText(id) ? "new" : "changed";
  if (checked.text !== text) return "changed";
  return checked.result.status === "not started" ? "new" : checked.result.status;
}

const texts = skeletons();
const skeletonText = (id: string): string | undefined => texts[`${id}.ts`];

export interface Sum {
  readonly points: number;
  readonly possible: number;
  readonly right: number;
  readonly all: number;
}

/** Points of the assignment and of the extra chapter; a file that was changed since its check keeps its points until the next one. */
export const sums = computed(() => {
  const part = (extra: boolean): Sum => {
    const chosen = exercises.filter(({ chapter }) => (chapter === "extra") === extra);
    const right = chosen.filter(({ id }) => results.value[id]?.result.status === "right");
    return {
      points: right.reduce((sum, { points }) => sum + points, 0),
      possible: chosen.reduce((sum, { points }) => sum + points, 0),
      right: right.length,
      all: chosen.length,
    };
  };
  return { course: part(false), extra: part(true) };
});

export function write(name: string, text: string): void {
  if (files.value[name] === text) return;
  files.value = { ...files.value, [name]: text };
  save();
}

export function record(id: string, checked: Checked): void {
  results.value = { ...results.value, [id]: checked };
  save();
}

export function recordTraining(done: CourseRecord): void {
  training.value = done;
  save();
}

export function showHint(exercise: Exercise): void {
  hints.value = hintsAfter(hints.value, exercise, new Date());
  save();
}

/** What `takeOver` replaced, to restore it. */
export type Before = () => void;

/** Replaces the project. Missing exercises start with their skeleton. Returns their number, and a function that restores the old project. */
export function takeOver(
  project: Pick<Project, "files" | "hints">,
  trained?: CourseRecord,
): { readonly added: number; readonly undo: Before } {
  const old = { files: files.value, hints: hints.value, results: results.value, training: training.value };
  const own = Object.fromEntries([...project.files].filter(([name]) => name !== "array.ts"));
  files.value = { ...texts, ...own };
  hints.value = project.hints;
  results.value = {};
  training.value = trained;
  replaced.value++;
  save();
  return {
    added: Object.keys(texts).filter((name) => !Object.hasOwn(own, name)).length,
    undo() {
      files.value = old.files;
      hints.value = old.hints;
      results.value = old.results;
      training.value = old.training;
      replaced.value++;
      save();
    },
  };
}

const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("handgrad course");
channel?.addEventListener("message", () => {
  if (isLoaded.value) otherTab.value = true;
});

/** Reads the storage, at the start or again when another tab has written. */
export async function load(): Promise<void> {
  try {
    const stored = (await readStored()) as Stored | undefined;
    if (stored?.version === 1) {
      files.value = { ...texts, ...stored.files };
      hints.value = stored.hints;
      results.value = stored.results;
      training.value = stored.training;
      replaced.value++;
    }
  } catch (error) {
    storageProblem.value = messageOf(error);
  }
  otherTab.value = false;
  isLoaded.value = true;
}

let timer: ReturnType<typeof setTimeout> | undefined;

function save(): void {
  if (!isLoaded.value) return;
  clearTimeout(timer);
  timer = setTimeout(store, 400);
}

/** Stores all changes that are not stored yet; also called when the page is hidden. */
export async function store(): Promise<void> {
  if (timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  const stored: Stored = {
    version: 1,
    files: files.value,
    hints: hints.value,
    results: results.value,
    training: training.value,
  };
  try {
    await writeStored(stored);
    storageProblem.value = undefined;
    channel?.postMessage("stored");
  } catch (error) {
    storageProblem.value = messageOf(error);
  }
}

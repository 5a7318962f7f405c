import { computed, signal } from "@preact/signals";

// The runs that this page trains, which its tab remembers across a reload: they are continued then.

const key = "handgrad training";
/** If a page was closed this soon after it continued runs, they are not continued by themselves again, because they may have crashed it. */
const shortest = 15_000;

interface Remembered {
  readonly names: readonly string[];
  /** when runs were last continued by themselves, in milliseconds since 1970 */
  readonly continued: number;
}

function remembered(): Remembered {
  try {
    const { names = [], continued = 0 } = JSON.parse(sessionStorage.getItem(key) ?? "{}") as Partial<Remembered>;
    return { names, continued };
  } catch {
    return { names: [], continued: 0 }; // storage may be forbidden
  }
}

function remember(what: Remembered): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(what));
  } catch {
    // then a reload offers to continue the runs
  }
}

const before = remembered();
/** The runs that trained when the page was loaded again, and wait to be continued. */
const interrupted = new Set(Date.now() - before.continued > shortest ? before.names : []);

const names = signal<ReadonlySet<string>>(new Set());
/** whether this page trains a run */
export const isTraining = computed(() => names.value.size > 0);

/** Whether this page trains a run other than this one. */
export const trainsOthers = (name: string | undefined): boolean => [...names.value].some((each) => each !== name);

/** Notes that this page trains a run, or no longer does. */
export function noteTraining(name: string, trains: boolean): void {
  const all = new Set(names.value);
  if (trains) all.add(name);
  else all.delete(name);
  names.value = all;
  interrupted.delete(name);
  remember({ ...remembered(), names: [...all, ...interrupted] });
}

/** The runs that a reload interrupted. */
export const interruptedRuns = (): readonly string[] => [...interrupted];

/** Removes a run from those that wait to be continued; false if it is not among them. */
export function takeInterrupted(name: string): boolean {
  if (!interrupted.delete(name)) return false;
  remember({ names: [...names.value, ...interrupted], continued: Date.now() });
  return true;
}

import { freezeIntrinsics } from "./freezeIntrinsics.ts";
import { problemOf, StudentHost } from "./host.ts";
import { formatLine } from "./inspect.ts";
import { type BrokenModule, type LinkedFile, placeOfLine, startName } from "./linkProject.ts";
import { lockGlobals } from "./lockdown.ts";
import { NdArray } from "./project/array.ts";
import { importedFile } from "./projectImports.ts";
import { type FromRunner, type TrainRequest, waitsForever } from "./runner.ts";
import { StudentConsole } from "./studentConsole.ts";
import { studentMath } from "./studentMath.ts";
import { rejectionReply, trainReply } from "./trainReply.ts";
import type { trainStudent } from "./trainStudent.ts";
import type { Reply, Request } from "./wire.ts";

type Exports = Readonly<Record<string, unknown>>;

/** A file of the project, as linkProject writes it into the worker's script. */
export type WorkerModule =
  | { readonly error: BrokenModule }
  | {
      /** its imports, as written in the file */
      readonly specifiers: readonly string[];
      readonly run: (
        exports: object,
        require: (specifier: string) => Exports,
        importFile: (specifier: string) => Promise<Exports>,
      ) => Promise<void>;
    };

interface Parts {
  /** the module "./array.ts" of the student's code */
  readonly array: Exports;
  readonly train?: typeof trainStudent;
}

/**
 * Defines the function that linkProject's script calls at its end. It removes all globals that are not JavaScript's own, takes the port of the page from the first
 * message, and answers requests. Everything that the student's code must not reach is in a variable of this function before the first line of that code runs.
 */
export function serveStudent({ array, train }: Parts): void {
  const all = globalThis as unknown as Record<string, unknown>;
  const add = addEventListener.bind(globalThis);
  const turns = new MessageChannel();
  const clock = performance;
  const { now } = performance;
  all[startName] = (modules: Record<string, WorkerModule>, files: readonly LinkedFile[]): void => {
    const start = now.call(clock);
    let write: (message: FromRunner) => void = () => {};
    const output = new StudentConsole(
      (text) => write({ kind: "output", text }),
      (values) => formatLine(values),
    );
    const console = output.object();
    for (const one of [NdArray, NdArray.prototype]) Object.freeze(one);
    const shownClock = Object.freeze({ now: () => now.call(clock) - start });
    lockGlobals({ console, performance: shownClock, Math: studentMath });
    freezeIntrinsics();

    const { load, placeOf } = makeLoader(new Map(Object.entries(modules)), files, array);
    const host = new StudentHost({ load, placeOf });
    let rejection: Reply | undefined;
    add("unhandledrejection", (event) => {
      event.preventDefault();
      rejection ??= rejectionReply(event.reason, placeOf);
    });
    /** Resolves after all microtasks, when the code no longer runs. */
    const turn = makeTurns(turns);

    const trained = async (request: TrainRequest): Promise<Reply> => {
      if (!train) return { ok: false, problem: problemOf(new Error("this worker does not train"), placeOf) };
      return trainReply(request, {
        train,
        load,
        placeOf,
        write: (message) => write(message),
        now: () => now.call(clock),
      });
    };
    const answer = async (request: Request | TrainRequest): Promise<void> => {
      output.renew();
      rejection = undefined;
      // Nothing that the code can await takes longer than the microtasks
      const unanswered = turn().then((): Reply => ({ ok: false, problem: waitsForever }));
      const reply = await (request.kind === "train"
        ? trained(request)
        : Promise.race([host.handle(request), unanswered]));
      await turn(); // rejections are reported after the microtasks
      write({ kind: "reply", reply: rejection ?? reply });
    };
    let isFirst = true;
    add("message", ({ ports: [port] }) => {
      if (!isFirst || !port) return;
      isFirst = false;
      const post = port.postMessage.bind(port);
      write = (message) => post(message);
      port.onmessage = ({ data }) => {
        answer(data);
      };
      write({ kind: "ready" });
    });
  };
}

function makeTurns({ port1, port2 }: MessageChannel): () => Promise<void> {
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(null);
    });
}

/** Runs each file once, after those that it imports, and finds the places of errors. */
function makeLoader(
  modules: ReadonlyMap<string, WorkerModule>,
  files: readonly LinkedFile[],
  array: Exports,
): {
  readonly load: (file: string) => Promise<Exports>;
  readonly placeOf: (error: Error) => string | undefined;
} {
  const places = new WeakMap<object, string>();
  const loaded = new Map<string, Exports>();
  const loading = new Map<string, Promise<void>>();

  const run = async (file: string): Promise<void> => {
    const one = modules.get(file);
    if (!one) throw Object.assign(new Error(`${file} is missing`), { name: "Import refused" });
    if ("error" in one) {
      const { name, message, at } = one.error;
      const error = Object.assign(new Error(message), { name });
      if (at !== undefined) places.set(error, at);
      throw error;
    }
    const exports = {};
    loaded.set(file, exports);
    for (const specifier of one.specifiers) await enter(importedFile(file, specifier, modules), [file]);
    const exportsOf = (wanted: string): Exports => loaded.get(wanted) ?? array;
    await one.run(
      exports,
      (specifier) => {
        const isImport = one.specifiers.includes(specifier);
        // a call of require in the file itself, which no module has
        if (!isImport) throw new ReferenceError("require is not defined");
        return exportsOf(importedFile(file, specifier, modules));
      },
      async (specifier) => {
        const wanted = importedFile(file, String(specifier), modules);
        await enter(wanted, []);
        return exportsOf(wanted);
      },
    );
  };
  /** Files that import each other in a circle do not wait for each other. */
  const waits = new Map<string, Set<string>>();
  const enter = async (file: string, [from]: readonly string[]): Promise<void> => {
    if (file === "array.ts") return;
    if (from !== undefined) {
      if (reaches(file, from)) return;
      waits.set(from, (waits.get(from) ?? new Set()).add(file));
    }
    const running = loading.get(file) ?? run(file);
    loading.set(file, running);
    await running;
  };
  const reaches = (file: string, wanted: string): boolean =>
    file === wanted || [...(waits.get(file) ?? [])].some((next) => reaches(next, wanted));

  return {
    load: async (file) => {
      await enter(file, []);
      // without a prototype: a module with an export named then must not be treated as a promise
      const { then: _, ...exports } = loaded.get(file) ?? {};
      return exports;
    },
    placeOf(error) {
      const place = places.get(error);
      if (place !== undefined) return place;
      for (const [, line] of String(error.stack).matchAll(/blob:[^\s)]*?:(\d+):\d+/g)) {
        const found = placeOfLine(files, Number(line));
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

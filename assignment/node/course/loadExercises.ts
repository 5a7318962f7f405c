import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { count, explain, problemLines } from "../../../src/schema.ts";
import { DataError } from "../../../src/tensor/errors.ts";
import { chapters, type Exercise } from "../../course/exercise.ts";

const text = v.pipe(v.string(), v.minLength(1));
const isFunction = v.custom<(...args: never[]) => unknown>(
  (input) => typeof input === "function",
  "expected a function",
);

const schema = v.pipe(
  v.array(
    v.looseObject({
      id: v.pipe(
        v.string(),
        v.check((id) => /^[a-z][A-Za-z0-9]{0,60}$/.test(id), "expected letters and digits, such as maxPool"),
      ),
      title: text,
      chapter: v.picklist(Object.keys(chapters)),
      points: count,
      skeleton: text,
      hints: v.strictTuple([text, text, text]),
      questions: v.optional(v.array(v.looseObject({ text }))),
      experiments: v.pipe(
        v.array(v.looseObject({ title: text, cases: isFunction, run: isFunction, expected: isFunction })),
        v.minLength(1),
      ),
    }),
  ),
  v.minLength(1),
);

/**
 * A teacher's exercises: a module that exports `exercises`, or one `exercise`. It may import "handgrad/assignment", wherever the file is. It runs in
 * this process, with all rights, because it contains the right results. Throws DataError that names the file and the field.
 */
export async function loadExercises(file: string): Promise<readonly Exercise[]> {
  const own = new URL(import.meta.url.endsWith(".ts") ? "../../index.ts" : "../../index.js", import.meta.url).href;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "handgrad/assignment" ? { url: own, shortCircuit: true } : next(specifier, context),
  });
  const address = pathToFileURL(resolve(file)).href;
  let module: { readonly exercises?: unknown; readonly exercise?: unknown };
  try {
    module = await import(address);
  } catch (error) {
    const [, line] = String((error as Error).stack).split(`${address}:`);
    const place = line === undefined ? file : `${file}:${Number.parseInt(line, 10)}`;
    throw new DataError(`${place}: cannot be loaded: ${(error as Error).message}`, { cause: error });
  } finally {
    hooks.deregister();
  }
  const found = module.exercises ?? (module.exercise === undefined ? undefined : [module.exercise]);
  if (found === undefined)
    throw new DataError(`${file}: expected an export named exercises or exercise, found neither`);
  const result = v.safeParse(schema, found);
  if (!result.success)
    throw new DataError(problemLines(`${file}: not exercises`, explain(result.issues, "exercises").slice(0, 5)));
  const exercises = found as readonly Exercise[];
  const twice = exercises.find(({ id }, at) => exercises.findIndex((one) => one.id === id) !== at);
  if (twice) throw new DataError(`${file}: expected an id for each exercise, found ${twice.id} twice`);
  if (exercises.some(({ id }) => id === "array"))
    throw new DataError(`${file}: array is the name of the module with NdArray; choose another id`);
  return exercises;
}

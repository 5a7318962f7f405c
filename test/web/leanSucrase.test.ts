import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundledCode } from "../../src/node/bundle.ts";
import { plainModule } from "../../web/app/course/plainModule.ts";
import { leanSucrase } from "../../web/leanSucrase.ts";
import { submissions } from "../assignment/course/submissions/index.ts";

const root = join(import.meta.dirname, "..", "..");

/** What a conversion gives, or the words in which it refuses. */
function result(convert: typeof plainModule, file: string, text: string): unknown {
  try {
    return convert(file, text);
  } catch (error) {
    return String(error);
  }
}

test("the app's part of sucrase converts every file as the whole of it does", { timeout: 60_000 }, async () => {
  const entry = join(root, "web", "app", "course", "plainModule.ts");
  const lib = { entry, formats: ["es" as const], fileName: "lean" };
  const code = await bundledCode({ lib }, [leanSucrase()]);
  const { plainModule: lean } = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
  const sources = ["layers", "training", "tensor"].flatMap((folder) =>
    readdirSync(join(root, "src", folder)).map(
      (file) => [file, readFileSync(join(root, "src", folder, file), "utf8")] as const,
    ),
  );
  const own = submissions.map(({ id, solution }) => [`${id}.ts`, solution] as const);
  const wrong = [
    ["enum.ts", "enum A { B }"],
    ["open.ts", "export function f( {"],
    ["jsx.ts", "export const a = <b>c</b>;"],
    ["flow.ts", "export type A = {| b: ?number |};"],
  ] as const;
  for (const [file, text] of [...own, ...sources, ...wrong])
    expect(result(lean, file, text), file).toEqual(result(plainModule, file, text));
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TypstSource } from "../report/typst.ts";
import { HandgradError } from "../tensor/errors.ts";

const compilerPackage = "@myriaddreamin/typst-ts-node-compiler";

/**
 * The PDF of a Typst source, offline, with all fonts embedded; the same source gives the same bytes. The source can read its own
 * `files` and no other file of the machine: the compiler's root folder is a new, empty one, which is removed afterwards.
 * Throws HandgradError when the compiler does not run on this platform, or with its message about the source.
 */
export async function compilePdf({ main, files }: TypstSource): Promise<Uint8Array> {
  const { NodeCompiler } = await loadCompiler();
  const workspace = mkdtempSync(join(tmpdir(), "handgrad-pdf-"));
  try {
    const compiler = NodeCompiler.create({ workspace });
    for (const [name, content] of Object.entries(files))
      compiler.mapShadow(join(workspace, name), Buffer.from(content));
    const compiled = compiler.compile({ mainFileContent: main });
    const document = compiled.result;
    if (!document) {
      const problems = compiled.takeDiagnostics()?.shortDiagnostics ?? [];
      const messages = problems.slice(0, 3).map((problem) => `  ${JSON.stringify(problem)}`);
      throw new HandgradError(`PDF: the source does not compile:\n${messages.join("\n")}`);
    }
    return new Uint8Array(compiler.pdf(document));
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

async function loadCompiler(): Promise<typeof import("@myriaddreamin/typst-ts-node-compiler")> {
  try {
    return await import(compilerPackage);
  } catch (error) {
    throw new HandgradError(
      `PDF: the compiler ${compilerPackage} does not run on ${process.platform}-${process.arch}; report.html holds the same`,
      { cause: error },
    );
  }
}

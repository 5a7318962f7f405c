import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../report/document.ts";
import { reportTypst, type TypstSource } from "../report/typst.ts";
import { HandgradError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomicFile.ts";
import { isMissingPackage } from "./optionalPackage.ts";

const compilerPackage = "@myriaddreamin/typst-ts-node-compiler";
/** The version that the reports are tested with; package.json has the same version. */
const compilerVersion = "0.6.0";

/**
 * Compiles a Typst source to PDF, offline, with all fonts embedded. The same source gives the same content, but each PDF has a
 * new ID. The source can read its own `files` and no other file of the machine: the root folder of the compiler is a new, empty
 * folder, which is removed afterwards. Throws HandgradError if the compiler does not run on this platform, or with its message if
 * the source has errors.
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
      throw new HandgradError(`PDF: the Typst source has errors:\n${messages.join("\n")}`);
    }
    return new Uint8Array(compiler.pdf(document));
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

export interface PdfOptions {
  /**
   * called with the message if the compiler is not installed or does not run on this platform; without this option, the error of
   * compilePdf is thrown
   */
  readonly onMissingCompiler?: ((message: string) => void) | undefined;
}

/** Writes a PDF and returns the paths of the written files; none without the compiler. Throws HandgradError as compilePdf does. */
export async function writePdf(
  file: string,
  source: TypstSource,
  options: PdfOptions = {},
): Promise<readonly string[]> {
  try {
    await writeFileAtomic(file, await compilePdf(source));
    return [file];
  } catch (error) {
    if (!(error instanceof MissingCompilerError) || !options.onMissingCompiler) throw error;
    options.onMissingCompiler(error.message);
    return [];
  }
}

/** Writes a report as PDF; see `writePdf`. */
export function writePdfReport(file: string, report: Report, options: PdfOptions = {}): Promise<readonly string[]> {
  return writePdf(file, reportTypst(report), options);
}

class MissingCompilerError extends HandgradError {}

/** Loads the compiler (37 MB). It is an optional peer dependency, needed only for PDF files. */
async function loadCompiler(): Promise<typeof import("@myriaddreamin/typst-ts-node-compiler")> {
  try {
    return await import(compilerPackage);
  } catch (error) {
    const reason = isMissingPackage(error, compilerPackage)
      ? `PDF: PDF files need the package ${compilerPackage}: npm install ${compilerPackage}@${compilerVersion}`
      : `PDF: the compiler ${compilerPackage} does not run on ${process.platform}-${process.arch}`;
    throw new MissingCompilerError(`${reason}; all other files of the report are written`, { cause: error });
  }
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "../report/document.ts";
import { reportTypst, type TypstSource } from "../report/typst.ts";
import { HandgradError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomicFile.ts";
import { isMissingPackage } from "./optionalPackage.ts";

const compilerPackage = "@myriaddreamin/typst-ts-node-compiler";
/** The one that the reports are tested with; package.json names it too. */
const compilerVersion = "0.6.0";

/**
 * The PDF of a Typst source, offline, with all fonts embedded; the same source gives the same content, with an ID that is new each time. The source can read its own
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

export interface PdfOptions {
  /** gets the message when the compiler is not installed or does not run here; without it compilePdf's error is thrown */
  readonly onMissingCompiler?: ((message: string) => void) | undefined;
}

/** Writes a PDF and returns the names of the files written: none without the compiler. Throws HandgradError as compilePdf does. */
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

/** A report as PDF; as `writePdf`. */
export function writePdfReport(file: string, report: Report, options: PdfOptions = {}): Promise<readonly string[]> {
  return writePdf(file, reportTypst(report), options);
}

class MissingCompilerError extends HandgradError {}

/** Only those who want PDF files install the compiler (37 MB): it is an optional peer dependency. */
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

import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseFragment } from "parse5";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { namedReports } from "../../scripts/fuzz/namedReports.ts";
import { checkNameInReports, hostilePieces } from "../../scripts/fuzz/reportNames.ts";
import { compilePdf } from "../../src/node/pdf.ts";
import { reportHtml } from "../../src/report/html.ts";
import { markdown } from "../../src/report/markdown.ts";
import { markup } from "../../src/report/markup.ts";
import { reportNotebook } from "../../src/report/notebook.ts";
import { reportTypst, type TypstSource } from "../../src/report/typst.ts";
import { HandgradError } from "../../src/tensor/errors.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

vi.setConfig({ testTimeout: 30_000 }); // it compiles PDFs, on machines that may be busy

const folder = temporaryFolder("handgrad-names-");
const secret = join(folder, "secret.txt");
beforeAll(() => writeFileSync(secret, "TOPSECRETWORD"));

const readsFile = `$\\operatorname{x") #read("${secret}") #("}$`;
const isElement = "$\\operatorname{<img src=x onerror=alert(1)>}$";

/** The text of a PDF without its spaces; undefined where the machine has no pdftotext. */
function pdfText(pdf: Uint8Array): string | undefined {
  const { status, stdout } = spawnSync("pdftotext", ["-layout", "-", "-"], { input: pdf, encoding: "utf8" });
  return status === 0 ? stdout.replaceAll(/\s/g, "") : undefined;
}

describe.each(Object.entries(namedReports))("a name that looks like a formula, in the %s report", (_, make) => {
  test("reads no file into the PDF, which shows the name", async () => {
    const source = reportTypst(make(readsFile));
    expect(source.main).not.toContain('#read("');
    expect(source.main).toContain(String.raw`$\\operatorname{x\") #read(\"${secret}\") #(\"}$`);
    const text = pdfText(await compilePdf(source));
    if (text === undefined) return;
    expect(text).not.toContain("TOPSECRETWORD");
    expect(text.replaceAll(/[”“]/g, '"')).toContain('operatorname{x")#read("');
  });

  test("is no element of the page and of the notebook, which show it", () => {
    expect(reportHtml(make(isElement))).not.toContain("<img src=x");
    expect(reportHtml(make(isElement))).toContain("$\\operatorname{&lt;img src=x onerror=alert(1)&gt;}$");
    const notebook = reportNotebook(make(isElement));
    expect(notebook).not.toContain("<img");
    expect(notebook).toContain("operatorname&#123;&#60;img src=x onerror=alert(1)&#62;&#125;");
    for (const name of [readsFile, isElement]) expect(() => checkNameInReports(name)).not.toThrow();
  });
});

describe("hostile names", () => {
  test.each(hostilePieces)(
    "%j is shown and nothing else, in HTML, notebook, figures and the source of the PDF",
    (name) => {
      checkNameInReports(name);
    },
  );

  test("all of them together make a PDF", async () => {
    const name = hostilePieces.join(" ").slice(0, 1500);
    for (const make of Object.values(namedReports)) {
      const pdf = await compilePdf(reportTypst(make(name)));
      expect(pdfText(pdf) ?? "operatorname").toContain("operatorname");
    }
  });

  test("control characters and lone surrogates are shown as what they are", async () => {
    const report = namedReports.comparison("a\x1b[31m\ud800b");
    for (const text of [
      reportHtml(report),
      reportTypst(report).main,
      Object.values(reportTypst(report).files).join(),
    ]) {
      expect(text).toContain("u{1b}[31m");
      expect(text).toContain("u{d800}b");
    }
    expect(reportNotebook(report)).toContain("u&#123;1b&#125;&#91;31m");
    await expect(compilePdf(reportTypst(report))).resolves.toBeInstanceOf(Uint8Array);
  });

  test("a class called yes is not a verdict, and a verdict is", () => {
    const cells = (row: (string | boolean)[]): string => {
      const table = { kind: "table" as const, columns: row.map(() => ({ title: "x" })), rows: [row] };
      const parts = [{ title: "", sections: [{ id: "a", title: "", blocks: [table] }] }];
      return reportHtml({ title: "", subtitle: "", warnings: [], summary: [], parts });
    };
    expect(cells(["yes", "no"])).toContain("<td>yes</td><td>no</td>");
    expect(cells([true, false])).toContain('<td class="yes">yes</td><td class="no">no</td>');
  });
});

test("markup that the program wrote keeps its meaning as Markdown, and its values do not get one", () => {
  expect(markdown(markup`**${"a*b"}** \`runs/x\` $\lambda_1$ ${"$5"}`)).toBe(
    "<strong>a&#42;b</strong> `runs/x` $\\lambda_1$ <span>&#36;</span>5",
  );
  expect(markdown("1. a\\b")).toBe("1&#46; a<span>&#92;</span>b");
  expect(parseFragment(markdown("<b>")).childNodes.map(({ nodeName }) => nodeName)).toEqual(["#text"]);
});

describe("the PDF's compiler", () => {
  const compile = (main: string): Promise<Uint8Array> => {
    const files: TypstSource["files"] = {
      "given.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    };
    return compilePdf({ main, files });
  };

  test("sees the files that it is given", async () => {
    await expect(compile('#image("given.svg") #read("/given.svg")')).resolves.toBeInstanceOf(Uint8Array);
  });

  test.each([
    `#read(${JSON.stringify(secret)})`,
    `#read("..${secret}")`,
    `#read("../${folder.split("/").at(-1)}/secret.txt")`,
    `#include ${JSON.stringify(secret)}`,
    `#image(${JSON.stringify(secret)})`,
  ])("sees no other: %s", async (main) => {
    await expect(compile(main)).rejects.toThrow(HandgradError);
    await expect(compile(main)).rejects.toThrow(/file not found|access denied/);
  });

  test("leaves no folder behind", async () => {
    const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("handgrad-pdf-"));
    const before = left();
    await compile("x");
    await expect(compile("#nothing")).rejects.toThrow();
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });
});

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exercises } from "../../assignment/course/exercises/index.ts";
import { checkProject } from "../../assignment/node/course/checkProject.ts";
import { readProject } from "../../assignment/node/course/project.ts";
import { submissions } from "../assignment/course/submissions/index.ts";
import { withMistake } from "../assignment/course/support.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { App } from "./app.ts";
import { browserName } from "./chromium.ts";

// The course as a student uses it.

const linear = submissions.find(({ id }) => id === "linear") as (typeof submissions)[number];
const exercise = exercises.filter(({ id }) => id === "linear");

/** What `course check` says about the text. */
async function commandFindings(text: string): Promise<readonly string[]> {
  for await (const { findings } of checkProject({ files: new Map([["linear.ts", text]]) }, exercise, { seed: 1 }))
    return findings.map(({ message }) => message);
  return [];
}

describe.skipIf(!browserName)("the course", { timeout: 60_000 }, () => {
  let app: App;
  const folder = temporaryFolder("handgrad-course-view-");
  beforeAll(async () => {
    app = await App.open({ address: "#/course?exercise=linear" });
    await app.page.waitForSelector(".cm-content");
  }, 120_000);
  afterAll(() => app?.close());

  /** Replaces the text in the editor by pasting, checks it with the keyboard, and returns what is said. */
  async function check(text: string): Promise<{ readonly title: string; readonly messages: string[] }> {
    const { page } = app;
    await page.focus(".cm-content");
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(text);
    await page.keyboard.press("Control+Enter");
    await page.waitForFunction(() =>
      document.querySelector(".course-found .note")?.textContent?.startsWith("Checked in"),
    );
    return {
      title: (await page.textContent(".course-found .notice .title")) ?? "",
      messages: await page
        .locator(".findings li")
        .evaluateAll((all) =>
          all.map((one) => [...one.querySelectorAll("button, .message")].map((part) => part.textContent).join(": ")),
        ),
    };
  }

  test("reports wrong code as the command does", async () => {
    for (const mistake of linear.mistakes.slice(0, 2)) {
      const text = withMistake(linear.solution, mistake);
      const { title, messages } = await check(text);
      expect(title).toBe("Not right yet: 0 of 10 points");
      expect(messages).toEqual(await commandFindings(text));
    }
  });

  test("shows the line of an error in the editor", async () => {
    const { messages } = await check("export class Linear {\n  forward(x) {\n    return x.nothing.here;\n  }\n}\n");
    expect(messages).toEqual([expect.stringMatching(/^Line 3: .*TypeError/)]);
    expect(await app.page.locator(".cm-lintRange-error").textContent()).toContain("return x.nothing.here;");
    const syntax = await check("export class Linear {\n  forward(x) { return ; }\n  const = 3;;\n  let let;\n}\n");
    expect(syntax.messages).toEqual([expect.stringMatching(/^Line \d: .*SyntaxError/)]);
  });

  test("stops an endless loop, refuses the network, and continues", async () => {
    const loop = await check("export class Linear { forward() { for (;;); } }");
    expect(loop.messages).toEqual([expect.stringContaining("no answer after 1.5 s: an endless loop")]);
    const network = await check('export class Linear { constructor() { fetch("https://example.com"); } }');
    expect(network.messages).toEqual([expect.stringContaining("ReferenceError: fetch is not defined")]);
    const imports = await check('import { readFileSync } from "node:fs";\nexport class Linear {}');
    expect(imports.messages).toEqual([expect.stringContaining('Import refused: linear.ts imports "node:fs"')]);
  });

  test("gives the points of a right solution, and keeps them over a reload", async () => {
    expect(await check(linear.solution)).toEqual({ title: "Right: 10 of 10 points", messages: [] });
    await app.page.click("text=Show a hint (1 of 3)");
    // it is stored when typing pauses, and what is newer when the page goes
    await app.page.reload();
    await app.page.waitForSelector(".cm-content");
    expect(await app.page.textContent(".course-list .total strong")).toBe("10 of 100 points");
    expect(await app.page.textContent(".cm-content")).toContain("this.dw = matmul(transpose(this.x), dy);");
    expect(await app.page.textContent(".course-hints ol")).toBe(exercise[0].hints[0]);
  });

  test("stops a check, and lets the keyboard out of the editor", async () => {
    const { page } = app;
    await page.focus(".cm-content");
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText("export class Linear { forward() { for (;;); } }");
    await page.keyboard.press("Control+Enter");
    await page.click(".course-actions >> text=Stop");
    await expect.poll(() => page.isDisabled(".course-actions >> text=Stop")).toBe(true);
    expect(await page.textContent(".course-found .note")).toBe("The code has changed since this check");
    await page.focus(".cm-content");
    await page.keyboard.press("Control+z");
    expect(await page.textContent(".cm-content")).toContain("matmul(transpose(this.x), dy)");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Check");
  });

  test("has files of the student's own, which exercises import", async () => {
    const { page } = app;
    const list = page.locator(".course-list");
    await list.getByText("Your own files").click();
    await list.getByLabel("New file", { exact: true }).fill("../helpers.ts");
    await list.getByText("Add", { exact: true }).click();
    expect(await list.getByRole("alert").textContent()).toContain("expected a name of letters and digits");
    await list.getByLabel("New file", { exact: true }).fill("helpers.ts");
    await page.keyboard.press("Enter");
    await page.waitForSelector('.cm-content[aria-label^="helpers.ts"]');
    await page.focus(".cm-content");
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(linear.solution.replace("this.b.data[i % n]", "this.b.data[i % n] + 1"));
    await list.getByText("Linear layer").click();
    await page.waitForSelector('.cm-content[aria-label^="linear.ts"]');
    const { title } = await check('export { Linear } from "./helpers.ts";');
    expect(title).toBe("Not right yet: 0 of 10 points");
    await list.getByRole("link", { name: "helpers.ts" }).click();
    await page.click("text=Remove this file");
    expect(await page.textContent("main")).toContain("helpers.ts is removed.");
    await page.waitForSelector('.cm-content[aria-label^="flatten.ts"]');
    await list.getByText("Linear layer").click();
    await page.waitForSelector('.cm-content[aria-label^="linear.ts"]');
    expect((await check(linear.solution)).title).toBe("Right: 10 of 10 points");
  });

  test("resets an exercise, and puts the code back", async () => {
    await app.page.click("text=Reset to the start");
    expect(await app.page.textContent(".cm-content")).toContain("notWritten");
    await app.page.click("text=Restore your code");
    expect(await app.page.textContent(".cm-content")).toContain("matmul(transpose(this.x), dy)");
  });

  test("gives a zip that the command checks with the same points, and opens a folder of the command", async () => {
    const [download] = await Promise.all([
      app.page.waitForEvent("download"),
      app.page.click("text=Download the project (.zip)"),
    ]);
    const zip = join(folder, "problem1.zip");
    await download.saveAs(zip);
    const project = await readProject(zip);
    expect(project).toMatchObject({ root: "problem1/", arrayChanged: false });
    expect(project.hints.linear).toHaveLength(1);
    let sum = 0;
    for await (const result of checkProject(project, exercises, { seed: 1 })) sum += result.points;
    expect(sum).toBe(10);

    const own = join(folder, "mine");
    mkdirSync(own);
    for (const { id, solution } of submissions.slice(0, 4)) writeFileSync(join(own, `${id}.ts`), solution);
    await app.page.setInputFiles('.course-files input[type="file"] >> nth=1', own);
    await app.page.waitForSelector("text=The project is open.");
    await app.page.click("text=Check all");
    const points = () => app.page.textContent(".course-list .total strong");
    await expect.poll(points, { timeout: 20_000 }).toBe("30 of 100 points");
    await expect.poll(() => app.page.isDisabled("text=Stop"), { timeout: 20_000 }).toBe(true);
    const before = await app.page.waitForSelector(".cm-content");
    await app.page.click("text=Restore the previous project");
    await app.page.waitForFunction((editor) => !editor.isConnected, before); // the text before is in an editor of its own
    expect(await points()).toBe("10 of 100 points");
  });

  test("has no problem for axe at any width, light or dark", async () => {
    await check(withMistake(linear.solution, linear.mistakes[0]));
    expect(await app.axeEverywhere("course")).toEqual([]);
    expect(app.problems).toEqual([]);
  });
});

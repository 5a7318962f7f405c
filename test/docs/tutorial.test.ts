import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";
import { commandArguments, shellWords } from "./commandLines.ts";
import { read, root } from "./pages.ts";

// The commands of the tutorial, one after another in a new folder. `npx vitest run test/docs/tutorial.test.ts -u` inserts what they print.

const folder = temporaryFolder("handgrad-tutorial-");

/** What a line of the tutorial prints to standard output; `printf` is the shell's. */
function run(line: string): string {
  const words = shellWords(line)[0];
  if (words[0] === "printf") {
    const [, text] = /^printf '(.*)' > runs\/new\.csv$/.exec(line) ?? [];
    writeFileSync(join(folder, "runs/new.csv"), text.replaceAll("\\n", "\n"));
    return "";
  }
  const args = [join(root, "cli/handgrad.mjs"), ...(commandArguments(words) ?? [])];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return stdout.replaceAll(folder, "/home/you/handgrad");
}

const kernels = /^kernels +(\w+(?: \(\w+\))?).*$/gm;

/** Without what differs between machines: durations, threads and sizes, and on other kernels all numbers and their spaces. */
function comparable(text: string, sameKernels: boolean): string {
  const plain = text
    .replaceAll(kernels, "kernels")
    .replaceAll(/\(\d[\d.]* s\)/g, "(… s)")
    .replaceAll(/[\d,]+ bytes/g, "… bytes");
  return sameKernels ? plain : plain.replaceAll(/ *-?\d[\d.,]*/g, " …");
}

test("the tutorial shows what its commands print", { timeout: 600_000 }, async () => {
  mkdirSync(join(folder, "docs"));
  cpSync(join(root, "docs/penguins.csv"), join(folder, "docs/penguins.csv"));
  const page = read("docs/tutorial.md");
  const block = /```sh\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g;
  expect([...page.matchAll(block)]).toHaveLength(5);
  let sameKernels = true;
  const printed = page.replaceAll(block, (_, commands: string, shown: string) => {
    const output = commands.trim().split("\n").map(run).join("").trim();
    if (shown.search(kernels) >= 0) sameKernels = output.replace(kernels, "$1") === shown.replace(kernels, "$1");
    // what only differs between machines stays as it is
    const text = comparable(output, sameKernels) === comparable(shown.trim(), sameKernels) ? shown : output;
    return `\`\`\`sh\n${commands}\`\`\`\n\n\`\`\`text\n${text.trim()}\n\`\`\``;
  });
  await expect(printed).toMatchFileSnapshot("../../docs/tutorial.md");
});

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command, type CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { commands } from "../../cli/program.ts";
import { separateJson, withSharedOptions } from "../../cli/usage.ts";
import { commandArguments, shellLines, shellWords } from "./commandLines.ts";
import { pages, read, root } from "./pages.ts";

// Every command line in the documents is read by the parser of the command, which does nothing else here.

const program = new Command("handgrad").version("0").configureOutput({ writeOut: () => {}, writeErr: () => {} });
for (const { alias, load } of Object.values(commands)) {
  const command = await load();
  program.addCommand(alias ? command.alias(alias) : command);
}
withSharedOptions(program);
withoutActions(program);

function withoutActions(command: Command): void {
  command.copyInheritedSettings(program); // it would print otherwise
  // also of sweep, which has a command below it, but not of those that only hold others
  if ("_actionHandler" in command && command._actionHandler) command.action(() => {});
  for (const inner of command.commands) withoutActions(inner);
}

/** What the parser says about the arguments; undefined where they are right, or are the bare name of a command. */
async function problemOf(words: readonly string[]): Promise<string | undefined> {
  const isName = words.every((word) => /^[a-z]+$/.test(word));
  try {
    await program.parseAsync(separateJson(["node", "handgrad", ...words], program));
    return undefined;
  } catch (error) {
    const { code, exitCode } = error as CommanderError;
    if (exitCode === 0) return undefined; // --help
    if (code === "commander.missingArgument" && isName) return undefined;
    const { message } = error as Error;
    return /no such file or folder$/.test(message) ? undefined : message; // the value of an option is the reader's file
  }
}

const scripts: Readonly<Record<string, string>> = JSON.parse(read("package.json")).scripts;

/** What is wrong with a shell line that calls something of this repository. */
async function problemsOf(line: string): Promise<string[]> {
  const problems: string[] = [];
  for (const words of shellWords(line)) {
    const args = commandArguments(words);
    const problem = args && args[0] !== "COMMAND" && (await problemOf(args));
    if (problem) problems.push(`${line}: ${problem}`);
    if (words[0] === "npm" && words[1] === "run" && !(words[2] in scripts)) problems.push(`${line}: no such script`);
    const file = words.find((word) => /^(?:bench|scripts|examples|test)\/[\w/.-]+\.(?:ts|sh|sbatch)$/.test(word));
    if (file && !existsSync(join(root, file))) problems.push(`${line}: no such file`);
  }
  return problems;
}

describe.each(pages)("%s", (page) => {
  test("has command lines that the command accepts", async () => {
    const problems: string[] = [];
    for (const line of shellLines(read(page))) problems.push(...(await problemsOf(line)));
    expect(problems).toEqual([]);
  });
});

test("wrong options, values, commands, scripts and files are found", async () => {
  for (const line of [
    "handgrad train a.csv --targt y",
    "handgrad train a.csv b.csv",
    "handgrad fitt a.csv",
    "cat a.csv | handgrad predict --json",
    "npm run handgrad -- train --epochs some",
    "npm start -- --kernels fast",
    "npm run nothing",
    "node bench/nothing.bench.ts DATA",
  ])
    expect(await problemsOf(line), line).toHaveLength(1);
  expect(await problemsOf(`cat a.csv | handgrad predict runs/a-… - --json | jq '.[0]' # one line`)).toEqual([]);
});

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../temporaryFolder.ts";

export const main: string = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

export type Kill = (signal: NodeJS.Signals) => void;

/** Runs a command in a folder to its end, with `input` on standard input; `onOutput` may interfere. */
export function handgradIn(
  cwd: string,
  args: readonly string[],
  onOutput: (kill: Kill, output: string) => void = () => {},
  input = "",
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { cwd });
    child.stdin.on("error", () => {}); // the command may end before it has read everything
    child.stdin.end(input);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        onOutput((signal) => child.kill(signal), output);
      });
    }
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** A new folder, which is removed after the tests of the file, and commands in it, their words separated by spaces. */
export function commandsInNewFolder() {
  const folder = temporaryFolder("handgrad-");
  const handgrad = (line: string, onOutput?: Parameters<typeof handgradIn>[2]) =>
    handgradIn(folder, line.split(" "), onOutput);
  return { folder, handgrad };
}

/** Sends a signal once, as soon as a text is in the output. */
export function on(text: string, signal: NodeJS.Signals): (kill: Kill, output: string) => void {
  let sent = false;
  return (kill, output) => {
    if (!sent && output.includes(text)) kill(signal);
    sent ||= output.includes(text);
  };
}

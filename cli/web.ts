import { Command } from "commander";
import { copyWebApp, findWebApp, serveWebApp, usualPort } from "../src/node.ts";
import { number } from "./numberOption.ts";
import { interruption } from "./options.ts";
import { inform } from "./output.ts";

export function webCommand(): Command {
  return new Command("web")
    .description(
      "serve the web app on this machine (127.0.0.1): playground, backpropagation step by step, your data, experiments, course; ends with Ctrl-C",
    )
    .option(
      "--port <n>",
      `port to serve at; the browser keeps runs and progress for each port separately (default: ${usualPort})`,
      number({ minimum: 0, maximum: 65_535, whole: true }),
    )
    .option("--out <dir>", "do not serve; copy the files of the app to a new folder, for any host of static files")
    .addHelpText("after", examples)
    .action(web);
}

const examples = `
Examples:
  $ handgrad web
  $ handgrad web --port 9000
  $ handgrad web --out public/handgrad`;

async function web({ port, out }: { readonly port?: number; readonly out?: string }): Promise<void> {
  const signal = interruption();
  const folder = await findWebApp();
  if (out !== undefined) {
    copyWebApp(folder, out);
    console.log(`files: ${out}`);
    return;
  }
  const server = await serveWebApp(folder, port === undefined ? {} : { port });
  console.log(server.url);
  inform("open this address in a browser on this machine; Ctrl-C ends the server");
  await new Promise<void>((stop) => (signal.aborted ? stop() : signal.addEventListener("abort", () => stop())));
  await server.close();
  process.exitCode = 0; // Ctrl-C is the normal end of a server
}

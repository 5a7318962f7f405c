import { Argument, Command } from "commander";
import { bashCompletion, type CompletedCommand, fishCompletion, zshCompletion } from "./completionScripts.ts";
import { printData } from "./output.ts";

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export function completionCommand(): Command {
  return new Command("completion")
    .description("print a script that lets a shell complete commands, options and their values")
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(shells)))
    .addHelpText("after", examples)
    .action(async (shell: keyof typeof shells) => {
      const { programOf } = await import("./program.ts");
      printData(shells[shell](describe(await programOf(() => true)).flatMap(withAliases)));
    });
}

const examples = `
Examples:
  $ echo 'source <(handgrad completion bash)' >> ~/.bashrc
  $ echo 'source <(handgrad completion zsh)' >> ~/.zshrc
  $ handgrad completion fish > ~/.config/fish/completions/handgrad.fish`;

/** The program and all commands in it, each with its path: "", "train", "data info". */
function describe(command: Command, path: readonly string[] = []): CompletedCommand[] {
  const inner = command.commands.flatMap((each) => describe(each, [...path, each.name()]));
  const visible = command.createHelp().visibleOptions(command);
  return [
    {
      path: path.join(" "),
      alias: command.alias(),
      words: [
        ...command.commands.map((each) => ({ word: each.name(), about: each.summary() || each.description() })),
        ...(path.length === 0 ? [{ word: "help", about: "show the help of a command" }] : []),
        ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
          argChoices.map((word) => ({ word, about: description })),
        ),
      ],
      options: visible.map(({ short, long, description, required, argChoices }) => ({
        flags: [short, long].filter((flag) => flag !== undefined),
        about: description,
        takesValue: required,
        choices: argChoices ?? [],
      })),
    },
    ...inner,
  ];
}

/** An earlier name of a command is completed like the current name. */
function withAliases(command: CompletedCommand): CompletedCommand[] {
  return command.alias ? [command, { ...command, path: command.alias, alias: undefined }] : [command];
}

/** What completion needs to know of a command. */
export interface CompletedCommand {
  /** its name, with those of the commands above it: "", "train", "data info" */
  readonly path: string;
  readonly alias?: string | undefined;
  /** commands or values that may come next, besides files */
  readonly words: readonly { readonly word: string; readonly about: string }[];
  readonly options: readonly CompletedOption[];
}

interface CompletedOption {
  readonly flags: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  /** the values that it takes; if empty, a file */
  readonly choices: readonly string[];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A line for each path of a command below the program: ' data info') command='data info' ;; */
const steps = (commands: readonly CompletedCommand[]): string =>
  commands
    .filter(({ path }) => path !== "")
    .map(({ path }) => {
      const words = path.split(" ");
      const before = words.slice(0, -1).join(" ");
      return `      ${quoted(`${before}|${words.at(-1)}`)}) command=${quoted(path)} ;;`;
    })
    .join("\n");

/** Completes commands, options and choices; everything else is a file, which bash completes itself (-o default). */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const values = commands.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, choices }) => {
        const names = flags.map((flag) => quoted(`${path}|${flag}`)).join(" | ");
        const reply =
          choices.length > 0 ? `COMPREPLY=($(compgen -W ${quoted(choices.join(" "))} -- "$current")); ` : "";
        return `    ${names}) ${reply}return ;;`;
      }),
  );
  const options = commands.map(
    ({ path, options }) => `      ${quoted(path)}) words=${quoted(options.flatMap(({ flags }) => flags).join(" "))} ;;`,
  );
  const words = commands
    .filter(({ words }) => words.length > 0)
    .map(({ path, words }) => `      ${quoted(path)}) words=${quoted(words.map(({ word }) => word).join(" "))} ;;`);
  return `# bash completion of handgrad; to use it: source <(handgrad completion bash)
_handgrad() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command|\${COMP_WORDS[i]}" in
${steps(commands)}
    esac
  done
  COMPREPLY=()
  case "$command|$previous" in
${values.join("\n")}
  esac
  if [[ "$current" == -* ]]; then
    case "$command" in
${options.join("\n")}
    esac
  else
    case "$command" in
${words.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _handgrad handgrad`;
}

/** The script for zsh, which shows a description beside each word. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const entry = (word: string, about: string) => quoted(`${word.replaceAll(":", "\\:")}:${firstLine(about)}`);
  const values = commands.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, choices }) => {
        const names = flags.map((flag) => quoted(`${path}|${flag}`)).join(" | ");
        const reply = choices.length > 0 ? `compadd -- ${choices.map(quoted).join(" ")}` : "_files";
        return `    ${names}) ${reply}; return ;;`;
      }),
  );
  const options = commands.map(({ path, options }) => {
    const entries = options.flatMap(({ flags, about }) => flags.map((flag) => entry(flag, about)));
    return `      ${quoted(path)}) entries=(${entries.join(" ")}) ;;`;
  });
  const words = commands
    .filter(({ words }) => words.length > 0)
    .map(({ path, words }) => {
      const entries = words.map(({ word, about }) => entry(word, about));
      return `      ${quoted(path)}) entries=(${entries.join(" ")}) ;;`;
    });
  return `#compdef handgrad
# zsh completion of handgrad; to use it: source <(handgrad completion zsh)
_handgrad() {
  local command="" i
  local -a entries
  for ((i = 2; i < CURRENT; i++)); do
    case "$command|\${words[i]}" in
${steps(commands)}
    esac
  done
  case "$command|\${words[CURRENT-1]}" in
${values.join("\n")}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    case "$command" in
${options.join("\n")}
    esac
    _describe option entries
  else
    case "$command" in
${words.join("\n")}
    esac
    (( $#entries )) && _describe command entries || _files
  fi
}
if [[ "\${funcstack[1]}" == "_handgrad" ]]; then
  _handgrad "$@"
elif (( $+functions[compdef] )); then
  compdef _handgrad handgrad
else
  autoload -Uz compinit && compinit && compdef _handgrad handgrad
fi`;
}

export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const text = (value: string) => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = commands.flatMap(({ path, words, options }) => {
    const when = `-n ${text(`__handgrad_at ${path.split(" ").filter(Boolean).join(" ")}`.trim())}`;
    return [
      ...words.map(
        ({ word, about }) => `complete -c handgrad ${when} -f -a ${text(word)} -d ${text(firstLine(about))}`,
      ),
      ...options.map(({ flags, about, takesValue, choices }) => {
        const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
        const value = !takesValue ? "" : choices.length > 0 ? ` -x -a ${text(choices.join(" "))}` : " -r";
        return `complete -c handgrad ${when} ${names.join(" ")}${value} -d ${text(firstLine(about))}`;
      }),
    ];
  });
  const paths = commands.filter(({ path }) => path !== "").map(({ path }) => text(path));
  return `# fish completion of handgrad; to use it: handgrad completion fish > ~/.config/fish/completions/handgrad.fish
# Whether the command line is in the command that the arguments name
function __handgrad_at
    set -l found
    for word in (commandline -opc)[2..]
        if contains -- (string join -- ' ' $found $word) ${paths.join(" ")}
            set -a found $word
        end
    end
    test "$found" = "$argv"
end
${lines.join("\n")}`;
}

/** The first line, cut to 80 characters: completion shows one line for each word. */
function firstLine(about: string): string {
  const line = about.split("\n")[0];
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

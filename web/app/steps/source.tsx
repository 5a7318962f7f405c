import { useEffect, useRef, useState } from "preact/hooks";
import { messageOf, Notice } from "../shared/ui/notice.tsx";
import { codeTokens } from "./codeTokens.ts";
import { highlightedLines, sourcePlace } from "./sourcePlaces.ts";

interface SourceCodeProps {
  readonly kind: string;
  readonly part: "layer" | "loss" | "optimizer";
  readonly direction: "forward" | "backward";
}

/** The real file of the library, with the method of this step highlighted; it is loaded when it is opened. */
export function SourceCode({ kind, part, direction }: SourceCodeProps) {
  const place = sourcePlace(part, kind, direction);
  const [text, setText] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const box = useRef<HTMLPreElement>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!open) return;
    import("./sources.ts").then(
      ({ sourceText }) => setText(sourceText(place.file) ?? `// ${place.file} is not among the files of this page.`),
      (error) => setProblem(messageOf(error)),
    );
  }, [open, place.file]);
  useEffect(() => {
    const line = box.current?.querySelector<HTMLElement>(".lit");
    if (line && box.current) box.current.scrollTop = line.offsetTop - 24;
  }, [text, direction]);
  const lit = text ? highlightedLines(text, place) : new Set<number>();
  return (
    <details class="source" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Source code: <code>src/{place.file}</code>
      </summary>
      {problem && <Notice kind="error">{problem}</Notice>}
      {text && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <pre ref={box} tabIndex={0}>
          {text.split("\n").map((line, i) => (
            <span key={i} class={lit.has(i) ? "code-line lit" : "code-line"}>
              <CodeLine line={line} />
            </span>
          ))}
        </pre>
      )}
    </details>
  );
}

function CodeLine({ line }: { readonly line: string }) {
  return (
    <>
      {codeTokens(line).map(({ kind, text }, i) =>
        kind === "plain" ? (
          text
        ) : (
          <span key={i} class={`code-${kind}`}>
            {text}
          </span>
        ),
      )}
      {"\n"}
    </>
  );
}

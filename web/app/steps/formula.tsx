import type { EntryData, LineData } from "./protocol.ts";

/** MathML of the library, in which every text is escaped. */
export function MathText({ html }: { readonly html: string }) {
  // written by handgrad/report, which escapes all names
  return <span class="math" dangerouslySetInnerHTML={{ __html: html }} />;
}

/** A number with enough digits to be compared. */
export function exactNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(7))) : value.toExponential(4);
  return text.replace("-", "−").replace("e-", "e−");
}

interface FormulaProps {
  readonly data: EntryData;
  /** the entry that the pointer is on: "x:2,1" */
  readonly onPoint: (entry: string | undefined) => void;
}

/** The lines of a formula: names, then numbers, then the result. Entries under the pointer are shown in the arrays. */
export function FormulaLines({ data, onPoint }: FormulaProps) {
  const point = (event: Event) => {
    const entry = (event.target as Element).closest?.("[data-entry]");
    onPoint(entry?.getAttribute("data-entry") ?? undefined);
  };
  return (
    <section
      class="formula"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      onPointerOver={point}
      onPointerLeave={() => onPoint(undefined)}
    >
      {data.lines.map((line, i) => (
        <Line key={i} line={line} isLast={i === data.lines.length - 1} />
      ))}
    </section>
  );
}

function Line({ line, isLast }: { readonly line: LineData; readonly isLast: boolean }) {
  const { name, names, numbers, value, assigns } = line;
  const isPlain = names.join() === numbers.join();
  // a single number is not shown twice
  const isSingle = !isPlain && line.isSingle;
  return (
    <div class={isLast ? "line last" : "line"}>
      <span class="left">
        <MathText html={name} />
      </span>
      <span class="right">
        {!isPlain && <Terms sign={assigns ? "←" : "="} terms={names} />}
        {!isSingle && <Terms sign={isPlain && assigns ? "←" : "="} terms={numbers} />}
        <span class="terms">
          <span class="sign">=</span>
          <strong>{exactNumber(value)}</strong>
        </span>
      </span>
    </div>
  );
}

function Terms({ sign, terms }: { readonly sign: string; readonly terms: readonly string[] }) {
  return (
    <span class="terms">
      <span class="sign">{sign}</span>
      <span>
        {terms.map((term, i) => (
          <>
            <MathText key={i} html={term} />{" "}
          </>
        ))}
      </span>
    </span>
  );
}

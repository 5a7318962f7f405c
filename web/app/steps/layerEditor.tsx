import { useId, useState } from "preact/hooks";
import { Button } from "../shared/ui/button.tsx";
import { Field } from "../shared/ui/fields.tsx";

interface LayerEditorProps {
  /** the layers as JSON */
  readonly text: string;
  readonly kinds: readonly string[];
  readonly isChanged: boolean;
  /** undefined: those of the example again */
  readonly onLayers: (text: string | undefined) => void;
}

/** What a kind needs, where it does not do without options. */
const usualOptions: Readonly<Record<string, object>> = {
  scale: { factor: 0.5 },
  linear: { outputs: 4 },
  dropout: { keepProb: 0.75 },
  residual: { layers: [{ kind: "linear", outputs: 4 }, { kind: "gelu" }] },
  sequential: { layers: [{ kind: "linear", outputs: 4 }, { kind: "gelu" }] },
  ensemble: {
    layers: [
      { kind: "linear", outputs: 2 },
      { kind: "linear", outputs: 2 },
    ],
  },
  frequencies: { keep: 2 },
  groupClasses: { groups: [0, 1] },
  meanOfViews: { count: 2 },
  views: { flip: true },
  piecewiseLinear: {
    edges: [
      [0, 0.5, 1],
      [0, 0.5, 1],
    ],
  },
  patches: { size: 3 },
  embedding: { rows: 5, columns: 4 },
  multiHeadAttention: { heads: 2 },
  conv2d: { outputs: 2, kernel: 3 },
  maxPool2d: { size: 2 },
  averagePool2d: { size: 2 },
};

/** Layers as JSON, one a line, and a list of kinds to insert. */
export function LayerEditor({ text: given, kinds, isChanged, onLayers }: LayerEditorProps) {
  const [text, setText] = useState(given);
  const [kind, setKind] = useState("linear");
  const pickId = useId();
  const insert = () => {
    const line = `  ${JSON.stringify({ kind, ...usualOptions[kind] })},`;
    const lines = text.trimEnd().split("\n");
    // before the last layer, which gives the outputs
    lines.splice(Math.max(1, lines.length - 2), 0, line);
    setText(lines.join("\n"));
  };
  return (
    <details open={isChanged}>
      <summary>Change the layers</summary>
      <div class="layer-editor">
        <div class="row">
          <label for={pickId}>Insert</label>
          <select id={pickId} value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            {kinds.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
          <Button onClick={insert}>before the last layer</Button>
        </div>
        <Field
          label="Layers"
          help="A list of layers as JSON, each with its kind and options, as in settings of the command and in models."
          control={(id) => (
            <textarea
              id={id}
              rows={Math.min(14, text.split("\n").length + 1)}
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        />
        <div class="row">
          <Button onClick={() => onLayers(text)} disabled={text === given}>
            Use these layers
          </Button>
          {isChanged && <Button onClick={() => onLayers(undefined)}>Back to the example</Button>}
        </div>
      </div>
    </details>
  );
}

import { useEffect, useId, useState } from "preact/hooks";
import { Button } from "../shared/ui/button.tsx";
import { Field } from "../shared/ui/fields.tsx";
import { usualOptions } from "./usualOptions.ts";

interface LayerEditorProps {
  /** the layers as JSON */
  readonly text: string;
  readonly kinds: readonly string[];
  readonly isChanged: boolean;
  /** the options that a kind of layer needs before the last layer */
  readonly optionsOf: (kind: string, layers: string) => Promise<object | undefined>;
  /** undefined: back to the layers of the example */
  readonly onLayers: (text: string | undefined) => void;
}

/** Layers as JSON, one a line, and a list of kinds to insert. */
export function LayerEditor({ text: given, kinds, isChanged, optionsOf, onLayers }: LayerEditorProps) {
  const [text, setText] = useState(given);
  // a new example, or a return to it, replaces the text when its numbers have arrived
  useEffect(() => setText(given), [given]);
  const [kind, setKind] = useState("linear");
  const pickId = useId();
  const insert = async () => {
    // layers that do not fit together are reported when they are used
    const options = await optionsOf(kind, text).catch(() => usualOptions[kind]);
    const line = `  ${JSON.stringify({ kind, ...options })},`;
    const lines = text.trimEnd().split("\n");
    // before the last layer, which computes the outputs
    lines.splice(Math.max(1, lines.length - 2), 0, line);
    setText(lines.join("\n"));
  };
  return (
    <details open={isChanged}>
      <summary>Change the layers</summary>
      <div class="layer-editor">
        {kinds.length > 0 && (
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
        )}
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

import { Button } from "../../shared/ui/button.tsx";
import { drawnClasses, emptyDrawing } from "../data/ownPoints.ts";
import type { Playground } from "../playground.ts";
import { ClassMark } from "./classMark.tsx";

/** The tools for drawing points on the output plot. */
export function DrawTools({ playground: { drawing, state } }: { readonly playground: Playground }) {
  const { tool, chosen, canUndo, canRedo } = drawing;
  const { classNames } = state.value.own ?? emptyDrawing;
  const shown = Math.min(drawnClasses, Math.max(classNames.length, chosen.value + 1));
  return (
    <fieldset
      class="tools panel"
      aria-label="Drawing tools"
      onKeyDown={(event) => {
        drawing.key(event);
      }}
    >
      <p>
        Draw on the output with mouse or finger. Number keys choose the class, X erases, Ctrl-Z undoes. Without a mouse,
        draw with the arrow keys and Enter.
      </p>
      <div class="row">
        {Array.from({ length: shown }, (_, i) => (
          <Button
            key={i}
            pressed={tool.value === "brush" && chosen.value === i}
            title={`Key ${i + 1}`}
            onClick={() => drawing.choose(i)}
          >
            <ClassMark index={i} /> {classNames[i] ?? `class ${i}`}
          </Button>
        ))}
        {shown < drawnClasses && (
          <Button kind="plain" onClick={() => drawing.choose(shown)}>
            Another class
          </Button>
        )}
      </div>
      <div class="row second">
        <Button pressed={tool.value === "eraser"} title="Key X" onClick={() => drawing.take("eraser")}>
          Eraser
        </Button>
        <Button disabled={!canUndo.value} title="Ctrl-Z" onClick={() => drawing.undo()}>
          Undo
        </Button>
        <Button disabled={!canRedo.value} title="Ctrl-Y" onClick={() => drawing.redo()}>
          Redo
        </Button>
        <Button onClick={() => drawing.clear()}>Clear</Button>
      </div>
    </fieldset>
  );
}

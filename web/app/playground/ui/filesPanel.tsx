import { useSignal } from "@preact/signals";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { saveFile } from "../../shared/saveFile.ts";
import { Button } from "../../shared/ui/button.tsx";
import { FileDrop } from "../../shared/ui/fileDrop.tsx";
import { Help } from "../../shared/ui/help.tsx";
import { messageOf, Notice } from "../../shared/ui/notice.tsx";
import type { Playground } from "../playground.ts";

const mostBytes = 20_000_000;

/** Saves the network as a link or a file, and opens a saved one. */
export function FilesPanel({ playground, link }: { readonly playground: Playground; readonly link: LinkOf }) {
  const problem = useSignal<string | undefined>(undefined);
  const done = useSignal("");
  const attempt = (what: string, act: () => Promise<void> | void) => async () => {
    problem.value = undefined;
    try {
      await act();
      done.value = what;
    } catch (error) {
      problem.value = messageOf(error);
    }
  };
  const epoch = () => playground.frame.peek()?.epoch ?? 0;
  const shownLink = () => link(playground.addressAt(playground.isEdited.peek() ? 0 : epoch()));
  const saveModel = async (format: "safetensors" | "onnx") => {
    const { modelBytes, modelOfState } = await import("../files/modelFile.ts");
    const { train } = playground.points.peek();
    const model = modelOfState(playground.state.peek(), await playground.weights(), train.length);
    saveFile(`playground.${format}`, modelBytes(model, format));
  };
  const saveCode = async () => {
    const { codeOf } = await import("../files/code.ts");
    saveFile("playground.ts", codeOf(playground.state.peek(), { epochs: epoch(), link: shownLink() }), "text/plain");
  };
  const savePoints = async () => {
    const { pointsAsCsv } = await import("../files/pointsCsv.ts");
    const { train, validation } = playground.points.peek();
    saveFile("playground.csv", pointsAsCsv(playground.state.peek(), [...train, ...validation]), "text/csv");
  };
  const open = ([{ file }]: readonly ChosenFile[]) =>
    attempt(`${file.name} is open.`, async () => {
      if (file.size > mostBytes)
        throw new RangeError(
          `${file.name}: expected at most ${mostBytes / 1e6} MB, found ${Math.round(file.size / 1e6)} MB`,
        );
      const { readModelFile } = await import("../files/modelFile.ts");
      const { state, weights } = await readModelFile(new Uint8Array(await file.arrayBuffer()), file.name);
      playground.showWeights(state, weights);
    })();
  return (
    <section class="files" aria-labelledby="files-title">
      <div class="head">
        <h2 id="files-title">Save and share</h2>
        <Help about="Save and share">
          The link and the code train the same network again, bit for bit. The model contains the current weights: the
          command predicts with it, and this page can open it again. The ONNX file is for other programs.
        </Help>
      </div>
      <div class="row savers">
        <Button onClick={attempt("The link is copied.", () => copy(shownLink()))}>Copy link</Button>
        <Button onClick={attempt("The model is saved.", () => saveModel("safetensors"))}>Save model</Button>
        <Button onClick={attempt("The ONNX file is saved.", () => saveModel("onnx"))}>Save as ONNX</Button>
        <Button onClick={attempt("The program is saved.", saveCode)}>Save as TypeScript</Button>
        <Button onClick={attempt("The points are saved.", savePoints)}>Save points as CSV</Button>
      </div>
      {playground.isEdited.value && (
        <p class="note">
          You changed weights or opened a file, so a link does not contain the current weights. Save the model to keep
          them.
        </p>
      )}
      <p class="note" aria-live="polite">
        {done}
      </p>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      <FileDrop
        label="Open a saved model"
        accept=".safetensors,.onnx,.json,.npz"
        onFiles={open}
        onError={(error) => (problem.value = messageOf(error))}
      />
    </section>
  );
}

function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  throw new Error("this page may not copy, because it was not loaded over https; copy its address instead");
}

/** The whole link of an address. */
export type LinkOf = (address: string) => string;

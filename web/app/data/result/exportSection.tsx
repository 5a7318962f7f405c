import { useSignal } from "@preact/signals";
import { saveFile } from "../../shared/saveFile.ts";
import { textOf } from "../../shared/textOf.ts";
import { Button } from "../../shared/ui/button.tsx";
import { messageOf, Notice } from "../../shared/ui/notice.tsx";
import { training } from "../../training/client.ts";
import { type ExportFormat, exportFormats, type ModelInfo } from "../worker/protocol.ts";

const uses: Readonly<Record<ExportFormat, string>> = {
  html: "One file that predicts in any browser, offline, with a form or a drop zone for images. You can send it by mail or put it on a website.",
  onnx: "The whole network with its preprocessing, for onnxruntime and other programs in many languages.",
  typescript: "A module with the weights inside and a typed function predict, for Node and for bundlers.",
  safetensors: "Weights and description. The command reads it, and PyTorch, JAX and NumPy read the weights.",
  npz: "Each parameter as a NumPy array.",
  json: "Everything as text.",
};

/** The model as a file of each format. */
export function ExportSection({ run, model }: { readonly run: string; readonly model: ModelInfo }) {
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal<ExportFormat | undefined>(undefined);
  const save = async (format: ExportFormat) => {
    problem.value = undefined;
    busy.value = format;
    try {
      const script = format === "html" ? await predictorScript(model) : undefined;
      const bytes = await training.call("exportRunModel", { run, format, script });
      const { ending } = exportFormats[format];
      saveFile(`${format === "html" ? "predict" : "model"}.${ending}`, bytes);
    } catch (error) {
      problem.value = messageOf(error);
    } finally {
      busy.value = undefined;
    }
  };
  const formats = (Object.keys(uses) as ExportFormat[]).filter(
    (format) => format !== "html" || model.kind !== "numbers",
  );
  return (
    <section aria-labelledby="export">
      <h2 id="export">Save the model</h2>
      <ul class="exports">
        {formats.map((format) => (
          <li key={format}>
            <Button onClick={() => save(format)} disabled={busy.value !== undefined}>
              {exportFormats[format].name}
            </Button>
            <span>{uses[format]}</span>
          </li>
        ))}
      </ul>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      <p class="hint">
        The whole run, which the command can continue (<code>handgrad train --resume</code>), is saved from{" "}
        <a href={`#/experiments?run=${encodeURIComponent(run)}`}>Experiments</a>.
      </p>
    </section>
  );
}

/** The script of the page that predicts: two files of this app, one after the other. */
async function predictorScript({ kind }: ModelInfo): Promise<string> {
  const parts = ["predictor/common.js", kind === "table" ? "predictor/tablePage.js" : "predictor/imagesPage.js"];
  return (await Promise.all(parts.map(textOf))).join("");
}

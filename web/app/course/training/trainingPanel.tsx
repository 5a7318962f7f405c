import { useSignal } from "@preact/signals";
import type { CourseRecord } from "handgrad/assignment";
import { useEffect } from "preact/hooks";
import { addressOf } from "../../shared/address.ts";
import { saveFile } from "../../shared/saveFile.ts";
import { Button } from "../../shared/ui/button.tsx";
import { NumberField, TextField } from "../../shared/ui/fields.tsx";
import { FileDrop } from "../../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../../shared/ui/notice.tsx";
import { ProgressBar } from "../../shared/ui/progressBar.tsx";
import { running } from "../checking.ts";
import { files, training } from "../project.ts";
import { digests } from "./digests.ts";
import { data, missing, problem, progress, startTraining, stopTraining } from "./state.ts";

/** `handgrad course train` in the page: TinyNet with the student's code. */
export function TrainingPanel() {
  useEffect(() => stopTraining, []);
  return (
    <section class="course-training panel" aria-labelledby="course-training">
      <h2 id="course-training">Train a network with your code</h2>
      <p>
        TinyNet of the assignment: its layers, loss, optimizer and training loop are yours. Handgrad trains the same
        network beside it, and both accuracies are equal if your code is right.
      </p>
      {missing.value.length > 0 && !progress.value ? <Locked /> : <Form />}
      {progress.value && <Running />}
      {problem.value && (
        <Notice kind="error" title="The training ended.">
          {problem.value}
        </Notice>
      )}
      {training.value && <Trained record={training.value} />}
    </section>
  );
}

function Locked() {
  return (
    <p>
      It is unlocked when these exercises are right:{" "}
      {missing.value.map(({ id, title }, at) => (
        <span key={id}>
          {at > 0 && ", "}
          <a href={addressOf("course", { exercise: id })}>{title}</a>
        </span>
      ))}
      .
    </p>
  );
}

function Form() {
  const epochs = useSignal(5);
  const name = useSignal("");
  const id = useSignal("");
  const isBusy = progress.value !== undefined || running.value !== undefined;
  const textOf = (text: { value: string }) => ({
    ...{ value: text.value, disabled: isBusy, autocomplete: "off" as const, maxLength: 200 },
    onInput: (typed: string) => {
      text.value = typed;
    },
  });
  const author = name.value.trim() === "" ? undefined : { name: name.value.trim(), ...idOf(id.value) };
  return (
    <>
      <div class="fields">
        <NumberField
          label="Epochs"
          help="How often the training goes through all images. The assignment publishes 5 epochs."
          value={epochs.value}
          minimum={1}
          maximum={100}
          whole
          disabled={isBusy}
          onChange={(value) => {
            epochs.value = value;
          }}
        />
        <TextField label="Your name" help="For the first page of the report; optional." {...textOf(name)} />
        <TextField label="Your ID" help="Such as a student number; optional." {...textOf(id)} />
      </div>
      <FileDrop
        label="Choose CIFAR-100"
        folders
        disabled={isBusy}
        onFiles={(files) => {
          data.value = files;
        }}
        onError={(error) => {
          problem.value = messageOf(error);
        }}
      >
        {data.value.length === 0
          ? "or drop its files or archive here. Without CIFAR-100, drawn images replace it."
          : `${data.value.length} ${data.value.length === 1 ? "file is" : "files are"} chosen`}
      </FileDrop>
      <div class="row">
        <Button kind="primary" onClick={() => startTraining(epochs.value, author)} disabled={isBusy}>
          Train
        </Button>
        <Button onClick={stopTraining} disabled={progress.value === undefined}>
          Stop the training
        </Button>
        {data.value.length > 0 && (
          <Button
            kind="plain"
            disabled={isBusy}
            onClick={() => {
              data.value = [];
            }}
          >
            Use the drawn images
          </Button>
        )}
      </div>
    </>
  );
}

const idOf = (id: string): { readonly id?: string } => (id.trim() === "" ? {} : { id: id.trim() });

const phases = {
  checks: "Checking all exercises",
  data: "Reading the images",
  student: "Training with your code",
  ours: "Training with Handgrad’s code",
} as const;

function Running() {
  const now = progress.value;
  if (!now) return null;
  const { phase, step } = now;
  const detail = step ? `: step ${step.step} of ${step.steps}, loss ${step.loss.toFixed(3)}` : "";
  return <ProgressBar value={step && step.step / step.steps} label={`${phases[phase]}${detail}`} />;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function Trained({ record }: { readonly record: CourseRecord }) {
  const { training: result } = record;
  const { ours } = result;
  const isOld = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(async () => {
      const now = await digests(new Map(Object.entries(files.value))).catch(() => record.code);
      isOld.value = Object.keys({ ...now, ...record.code }).some((name) => now[name] !== record.code[name]);
    }, 500);
    return () => clearTimeout(timer);
  }, [files.value, record]);
  const save = async (file: "html" | "notebook") => {
    const { resultFile } = await import("./reports.ts");
    const [name, text] = await resultFile(record, file);
    saveFile(name, text, file === "html" ? "text/html" : "application/x-ipynb+json");
  };
  return (
    <>
      {isOld.value && (
        <Notice kind="warning">
          The code has changed since this training; handgrad course verify notices it, too. Train again.
        </Notice>
      )}
      <Notice kind="good" title="The network is trained.">
        {`Test accuracy of the best epoch: ${percent(result.bestTestAccuracy)}${result.standIn ? " on the drawn images, which says nothing about CIFAR-100" : ""}. Your code took ${result.seconds.toFixed(1)} s, Handgrad ${ours.seconds.toFixed(1)} s.`}
      </Notice>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on phones, so the keyboard must reach it */}
      <section class="scroll" tabIndex={0} aria-label="Accuracy after each epoch">
        <table>
          <thead>
            <tr>
              <th class="number">epoch</th>
              <th class="number">training</th>
              <th class="number">validation</th>
              <th class="number">Handgrad, training</th>
              <th class="number">Handgrad, validation</th>
            </tr>
          </thead>
          <tbody>
            {result.trainAccuracy.map((accuracy, epoch) => (
              <tr key={epoch}>
                <td class="number">{epoch + 1}</td>
                <td class="number">{percent(accuracy)}</td>
                <td class="number">{percent(result.validationAccuracy[epoch])}</td>
                <td class="number">{percent(ours.trainAccuracy[epoch])}</td>
                <td class="number">{percent(ours.validationAccuracy[epoch])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div class="row">
        <Button onClick={() => save("html")}>Download the report (.html)</Button>
        <Button onClick={() => save("notebook")}>Download the notebook (.ipynb)</Button>
      </div>
      <p class="note">
        Both are in the downloaded project, too; there, <code>handgrad course report</code> adds the PDF.
      </p>
    </>
  );
}

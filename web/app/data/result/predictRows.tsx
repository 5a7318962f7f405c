import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Field } from "../../../predictor/field.ts";
import { fieldsOf } from "../../../predictor/fields.ts";
import type { ChosenFile } from "../../shared/chosenFiles.ts";
import { saveFile } from "../../shared/saveFile.ts";
import { Button } from "../../shared/ui/button.tsx";
import { FileDrop } from "../../shared/ui/fileDrop.tsx";
import { messageOf, Notice } from "../../shared/ui/notice.tsx";
import { training } from "../../training/client.ts";
import { inPage, percent, plural, shortNumber } from "../words.ts";
import type { FileAnswers, ModelInfo, RowAnswer } from "../worker/protocol.ts";
import { Ranking } from "./ranking.tsx";

interface PredictProps {
  readonly run: string;
  readonly model: ModelInfo;
}

/** A form with a field for each column, and files of rows. */
export function PredictRows({ run, model }: PredictProps) {
  return (
    <>
      <RowForm run={run} model={model} />
      <RowFiles run={run} />
    </>
  );
}

/** The fields are those of the page that `export --html` writes. */
function RowForm({ run, model }: PredictProps) {
  const place = useRef<HTMLDivElement>(null);
  const answer = useSignal<RowAnswer | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const known = useSignal<readonly [number, number]>([0, 0]);
  const fields = useRef<readonly Field[]>([]);
  const asked = useRef(0);
  const update = async () => {
    const mine = ++asked.current;
    const all = fields.current;
    for (const field of all) field.check();
    if (all.some((field) => field.invalid())) {
      answer.value = undefined;
      problem.value = "Correct the marked fields first.";
      return;
    }
    known.value = [all.filter((field) => !field.missing()).length, all.length];
    try {
      const columns = Object.fromEntries(all.map((field) => [field.name, field.cell()]));
      const found = await training.call("predictRows", { run, columns });
      if (mine !== asked.current) return;
      answer.value = found;
      problem.value = undefined;
    } catch (error) {
      if (mine === asked.current) problem.value = messageOf(error);
    }
  };
  useEffect(() => {
    fields.current = fieldsOf(model);
    for (const { container } of fields.current)
      for (const label of container.querySelectorAll("label")) label.className = "name";
    place.current?.replaceChildren(...fields.current.map(({ container }) => container));
    update();
  }, [model]);
  const clear = (event: Event) => {
    (event.currentTarget as HTMLElement).closest("form")?.reset();
    setTimeout(update);
  };
  const [filled, all] = known.value;
  return (
    <div class="beside">
      <form aria-label="One row" noValidate onInput={update} onSubmit={(event) => event.preventDefault()}>
        <div class="fields" ref={place} />
        <p>
          <Button onClick={clear}>Clear all fields</Button>
        </p>
      </form>
      <div class="panel answer" role="status" aria-live="polite">
        <h3>{model.target}</h3>
        {problem.value ? (
          <p class="problem">{problem.value}</p>
        ) : (
          answer.value && <Answer answer={answer.value} model={model} />
        )}
        <p class="hint">
          {filled === all
            ? "All fields are filled in."
            : `${filled} of ${all} fields are filled in; the others count as missing.`}
        </p>
      </div>
    </div>
  );
}

function Answer({ answer, model }: { readonly answer: RowAnswer; readonly model: ModelInfo }) {
  if (answer.kind === "category") {
    const [ranking] = answer.rankings;
    return (
      <>
        <p class="big">
          {ranking[0].label} <small>{percent(ranking[0].probability)}</small>
        </p>
        <Ranking ranking={ranking} />
      </>
    );
  }
  return (
    <>
      <p class="big">{shortNumber(answer.values[0])}</p>
      {model.typicalError !== undefined && (
        <p class="hint">typical error ± {Number(model.typicalError.toPrecision(3))} on the test rows</p>
      )}
    </>
  );
}

function RowFiles({ run }: { readonly run: string }) {
  const answers = useSignal<(FileAnswers & { readonly name: string }) | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const predict = async ([file]: readonly ChosenFile[]) => {
    problem.value = undefined;
    answers.value = undefined;
    busy.value = true;
    try {
      answers.value = { ...(await training.call("predictFile", { run, file })), name: file.path };
    } catch (error) {
      problem.value = messageOf(error);
    } finally {
      busy.value = false;
    }
  };
  const found = answers.value;
  return (
    <>
      <h3>Many rows</h3>
      <FileDrop label="Choose a table" onFiles={predict} onError={(error) => (problem.value = messageOf(error))}>
        or drop one here, in any format that training reads; it needs the columns of the training data
      </FileDrop>
      {busy.value && <p class="hint">Predicting …</p>}
      {problem.value && (
        <Notice kind="error" title="This file cannot be predicted.">
          {inPage(problem.value)}
        </Notice>
      )}
      {found && <RowAnswers answers={found} name={found.name} />}
    </>
  );
}

function RowAnswers({ answers, name }: { readonly answers: FileAnswers; readonly name: string }) {
  const { rows, header, shown, notes, csv } = answers;
  return (
    <>
      {notes.length > 0 && (
        <Notice kind="warning">
          <ul>
            {notes.map((note, i) => (
              <li key={i}>{inPage(note)}</li>
            ))}
          </ul>
        </Notice>
      )}
      <p class="row">
        <span>
          {plural(rows, "row")} of {name}
          {rows > shown.length ? `; the first ${shown.length} are shown` : ""}
        </span>
        <Button onClick={() => saveFile("predictions.csv", csv, "text/csv")}>Save as CSV</Button>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <section class="scroll tall" tabIndex={0} aria-label="Predictions">
        <table>
          <thead>
            <tr>
              <th scope="col">row</th>
              {header.map((title, i) => (
                <th key={i} scope="col" class={i > 0 ? "number" : ""}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((cells, row) => (
              <tr key={row}>
                <td>{row + 1}</td>
                {cells.map((cell, i) => (
                  <td key={i} class={i > 0 ? "number" : ""}>
                    {i > 0
                      ? percent(Number(cell))
                      : Number.isFinite(Number(cell)) && header.length === 1
                        ? shortNumber(Number(cell))
                        : cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

import { type Exercise, exercises, type Finding } from "handgrad/assignment";
import { addressOf } from "../shared/address.ts";
import { Button } from "../shared/ui/button.tsx";
import { Notice } from "../shared/ui/notice.tsx";
import { checkProblem, running } from "./checking.ts";
import { placeOf } from "./findingPlaces.ts";
import { files, results, stateOf } from "./project.ts";

interface ResultProps {
  readonly exercise: Exercise;
  readonly goTo: (line: number) => void;
}

/** The findings of the last check, worded as in the command. */
export function Result({ exercise, goTo }: ResultProps) {
  return (
    <section class="course-result" aria-label="Result" aria-live="polite">
      {checkProblem.value && (
        <Notice kind="error" title="The check could not run.">
          {checkProblem.value}
        </Notice>
      )}
      <Found exercise={exercise} goTo={goTo} />
    </section>
  );
}

function Found({ exercise, goTo }: ResultProps) {
  const checked = results.value[exercise.id];
  if (!checked) return <p class="note">Not checked yet. Check it as often as you like.</p>;
  const { result, text } = checked;
  const isOld = text !== files.value[`${exercise.id}.ts`];
  const { status, points, possible, findings, printed, seconds } = result;
  const title =
    status === "right"
      ? `Right: ${points} of ${possible} points`
      : status === "wrong"
        ? `Not right yet: ${points} of ${possible} points`
        : "Not started: the code still says notWritten(…)";
  return (
    <div class={isOld && !running.value ? "found old" : "found"}>
      <Notice kind={status === "right" ? "good" : status === "wrong" ? "warning" : "info"} title={title}>
        {status === "right" && <p>All results agree with the formulas, for all inputs that were tried.</p>}
        {status === "right" && !isOld && <Next after={exercise} />}
        <ul class="findings">
          {findings.map((one) => (
            <li key={one.message}>
              <FindingText finding={one} file={`${exercise.id}.ts`} goTo={goTo} />
            </li>
          ))}
        </ul>
        <p class="note">{isOld ? "The code has changed since this check" : `Checked in ${seconds.toFixed(1)} s`}</p>
      </Notice>
      {printed.trim() !== "" && (
        <figure class="printed">
          <figcaption>What your code printed</figcaption>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
          <pre tabIndex={0}>{printed.trimEnd()}</pre>
        </figure>
      )}
    </div>
  );
}

/** The next exercise that is not right, in the order of the course. */
function Next({ after }: { readonly after: Exercise }) {
  const from = exercises.indexOf(after) + 1;
  const next = [...exercises.slice(from), ...exercises.slice(0, from)].find((one) => stateOf(one) !== "right");
  if (!next) return null;
  return (
    <p>
      Next: <a href={addressOf("course", { exercise: next.id })}>{next.title}</a>
    </p>
  );
}

function FindingText({
  finding,
  file,
  goTo,
}: {
  readonly finding: Finding;
  readonly file: string;
  readonly goTo: (line: number) => void;
}) {
  const place = placeOf(finding);
  const { line } = place;
  return (
    <>
      {line !== undefined && place.file === file && (
        <Button kind="plain" onClick={() => goTo(line)} title="Show this line in the editor">
          Line {line}
        </Button>
      )}
      {line !== undefined && place.file !== file && <code>{`${place.file}:${line} `}</code>}
      <span class="message">{place.text}</span>
      {finding.map && <EntryMap name={finding.quantity ?? ""} rows={finding.map} />}
    </>
  );
}

/** The map of wrong entries, drawn as in the command. */
function EntryMap({ name, rows }: { readonly name: string; readonly rows: readonly string[] }) {
  const wrong = rows.join("").split("×").length - 1;
  return (
    <figure class="entries">
      <figcaption>{name}: entries that are wrong (×) and right (·)</figcaption>
      <pre role="img" aria-label={`${wrong} entries of ${name} are wrong in the part that is shown`}>
        {rows.map((row, at) => (
          <span key={`${at} ${row}`}>
            {[...row].map((sign, place) => (sign === "×" ? <b key={`${place} ×`}>×</b> : sign))}
            {"\n"}
          </span>
        ))}
      </pre>
    </figure>
  );
}

import { plan } from "../state.ts";
import { inPage, plural } from "../words.ts";

const mostUnused = 6;

/** The plan of the training, as `train` prints it. */
export function PlanDescription() {
  const now = plan.value;
  if (!now) return null;
  const { settings, lines, network, rows, isDefault } = now;
  const unused = lines.filter(({ term }) => term === "not used");
  const others = lines.filter(({ term }) => term !== "not used");
  const rate = settings.schedule.kind === "constant" ? "" : `, ${settings.schedule.kind}`;
  const training = `at most ${plural(settings.epochs, "epoch")} of ${plural(rows, "row")}, batches of ${settings.batchSize}, ${settings.optimizer}, learning rate ${settings.learningRate}${rate}`;
  return (
    <dl class="plan">
      {others.map(({ term, text }, i) => (
        <Entry key={i} term={term} text={inPage(text)} />
      ))}
      {unused.slice(0, mostUnused).map(({ text }, i) => (
        <Entry key={`unused${i}`} term="not used" text={inPage(text)} />
      ))}
      {unused.length > mostUnused && <Entry term="" text={`and ${unused.length - mostUnused} more columns`} />}
      <Entry term="network" text={`${network}${isDefault ? " (the default for this data)" : ""}`} />
      <Entry term="training" text={training} />
    </dl>
  );
}

function Entry({ term, text }: { readonly term: string; readonly text: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{text}</dd>
    </div>
  );
}

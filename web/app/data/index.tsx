import "./data.css";
import { SourceSection } from "./collect/sourceSection.tsx";
import { InspectSection } from "./inspect/inspectSection.tsx";
import { ResultSection } from "./result/resultSection.tsx";
import { TrainSection } from "./train/trainSection.tsx";

export function View() {
  return (
    <div class="data-view">
      <SourceSection />
      <InspectSection />
      <TrainSection />
      <ResultSection />
    </div>
  );
}

import { render } from "preact";
import "./theme.css";
import "./page.css";
import "./shared/ui/ui.css";
import { App } from "./app.tsx";
import { registerServiceWorker } from "./offline/register.ts";
import { applyScheme } from "./shared/scheme.ts";
import { interruptedRuns } from "./shared/trainedRuns.ts";

applyScheme();
render(<App />, document.getElementById("app") as HTMLElement);
registerServiceWorker();
if (interruptedRuns().length > 0)
  import("./experiments/continueRuns.ts").then(
    ({ continueRuns }) => continueRuns(),
    () => {}, // the view Experiments offers to continue them
  );

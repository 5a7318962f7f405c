import { render } from "preact";
import "./theme.css";
import "./page.css";
import "./shared/ui/ui.css";
import { App } from "./app.tsx";
import { registerServiceWorker } from "./offline/register.ts";
import { applyScheme } from "./shared/scheme.ts";

applyScheme();
render(<App />, document.getElementById("app") as HTMLElement);
registerServiceWorker();

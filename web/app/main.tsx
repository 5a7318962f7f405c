import { render } from "preact";
import "./theme.css";
import "./page.css";
import "./shared/ui/ui.css";
import { App } from "./app.tsx";
import { registerServiceWorker } from "./offline/register.ts";

render(<App />, document.getElementById("app") as HTMLElement);
registerServiceWorker();

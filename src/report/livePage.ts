import { escapeXml } from "./figures/svg.ts";
import { htmlStyle } from "./htmlStyle.ts";

const style = `${htmlStyle}
#status{font-weight:600;font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums}
#bar{height:.5rem;border-radius:.25rem;background:var(--grid);overflow:hidden;margin:.8rem 0}
#bar div{height:100%;width:0;background:var(--accent)}
button{font:inherit;font-family:system-ui,sans-serif;font-size:.92rem;padding:.35rem .9rem;border:1px solid var(--muted);border-radius:6px;background:var(--panel);color:var(--text);cursor:pointer}
button:disabled{opacity:.5;cursor:default}
#end{white-space:pre-wrap;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85rem;background:var(--panel);border-radius:8px;padding:.8rem 1rem;overflow-x:auto}
[hidden]{display:none!important}
`;

/** Texts go in as text; only the figures, which the server draws and escapes, are markup. */
const script = `
const $ = (id) => document.getElementById(id);
const source = new EventSource("events");
let over = false;
source.addEventListener("status", ({ data }) => {
  const { line, share, values } = JSON.parse(data);
  $("status").textContent = line;
  $("fill").style.width = 100 * share + "%";
  $("values").replaceChildren(...values.map(([name, value]) => {
    const [div, dt, dd] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
    dt.textContent = name;
    dd.textContent = value;
    div.append(dt, dd);
    return div;
  }));
});
source.addEventListener("figures", ({ data }) => { $("figures").innerHTML = data; });
source.addEventListener("end", async ({ data }) => {
  over = true;
  const { line, text, report, path } = JSON.parse(data);
  $("status").textContent = line;
  $("stop").hidden = true;
  $("bar").hidden = line.startsWith("Finished");
  $("end").textContent = text;
  $("end").hidden = text === "";
  if (report) {
    try {
      const html = await (await fetch("report")).text();
      $("report").href = URL.createObjectURL(new Blob([html], { type: "text/html" }));
      $("link").hidden = false;
    } catch {}
  }
  $("path").textContent = path;
  source.close();
});
source.addEventListener("error", () => {
  if (!over) $("status").textContent = "No connection: the run has ended, or its process was killed.";
});
$("stop").addEventListener("click", async () => {
  if (!confirm("Stop the run? It keeps a checkpoint and can be resumed.")) return;
  $("stop").disabled = true;
  await fetch("stop", { method: "POST" });
});
`;

/** The page of a run that is being trained: its script connects to the server that sent it and shows the received events. */
export function livePage(name: string, nonce: string): string {
  const title = escapeXml(name);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p id="status" role="status">Connecting …</p>
<div id="bar"><div id="fill"></div></div>
<p><button id="stop" type="button">Stop the run</button></p>
<dl class="summary" id="values"></dl>
</header>
<main>
<pre id="end" hidden></pre>
<p id="link" hidden><a id="report" target="_blank" rel="noopener">Open the report</a></p>
<p class="subtitle" id="path"></p>
<figure id="figures"></figure>
</main>
<script nonce="${escapeXml(nonce)}">${script}</script>
</body>
</html>
`;
}

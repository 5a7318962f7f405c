/** What the page of `predictorHtml` adds to the style of reports: forms, drop zones and answers. */
export const predictorStyle = `
body{max-width:58rem;font-family:system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;font-size:1rem}
main h2{margin:0 0 .4rem;padding:0;border:0;font-size:1.05rem;font-weight:650}
section{margin-top:2.6rem;padding-top:1.4rem;border-top:1px solid var(--grid)}
section h2{font-size:1.3rem!important}
.beside{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1.6rem;align-items:start}
.sticky{position:sticky;top:1rem}
.fields{display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));gap:.9rem 1.1rem;align-items:start}
.field{display:flex;flex-direction:column;min-width:0}
label{font-weight:600;font-size:.9rem;margin-bottom:.2rem;overflow-wrap:anywhere}
input,select,textarea,button,.button{font:inherit;color:inherit;background:var(--background);border:1px solid var(--muted);border-radius:6px;padding:.45rem .6rem;width:100%;min-height:2.6rem}
input::placeholder,textarea::placeholder{color:var(--muted);opacity:1}
textarea{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85rem;resize:vertical}
button,.button{width:auto;display:inline-block;cursor:pointer;background:var(--panel);text-decoration:none}
button:hover,.button:hover{border-color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
input[aria-invalid=true]{border-color:var(--bad);border-width:2px}
.hint{color:var(--muted);font-size:.82rem;line-height:1.4;margin:.2rem 0 0;min-height:1.15rem;overflow-wrap:anywhere}
.hint.unusual,.error{color:var(--bad);font-weight:600}
.answer-panel h2{overflow-wrap:anywhere}
.panel{background:var(--panel);border-radius:8px;padding:1rem 1.1rem}
.answer{font-size:1.7rem;line-height:1.2;font-weight:650;margin:0 0 .7rem;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.answer small{font-size:1rem;font-weight:500;color:var(--muted);white-space:nowrap}
.bars{list-style:none;margin:0;padding:0}
.bars li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.1rem .8rem;margin:.5rem 0;font-size:.92rem}
.bars .name{overflow-wrap:anywhere}
.bars .value{font-variant-numeric:tabular-nums}
.bar{grid-column:1/-1;height:.55rem;border-radius:3px;background:var(--grid);overflow:hidden}
.fill{display:block;height:100%;background:var(--series0);border-radius:3px;min-width:1px}
.drop{border:2px dashed var(--muted);border-radius:8px;padding:1.1rem;margin:.8rem 0}
.drop.over{border-color:var(--accent);background:var(--panel)}
.drop input{border:0;padding:.3rem 0}
.drop input::file-selector-button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--muted);border-radius:6px;padding:.4rem .8rem;margin-right:.8rem}
.drop label{display:block;margin-bottom:.5rem}
.picture{display:grid;grid-template-columns:10rem minmax(0,1fr);gap:1.2rem;margin:1rem 0}
.picture figure{margin:0}
.seen{width:100%;image-rendering:pixelated;border-radius:4px;display:block}
th,td{white-space:nowrap}
.scroll{max-height:28rem;overflow:auto;border-bottom:1px solid var(--grid)}
.scroll th{position:sticky;top:0;background:var(--background)}
[hidden]{display:none!important}
@media (max-width:44rem){.beside{grid-template-columns:minmax(0,1fr)}.sticky{position:static}}
@media (max-width:34rem){.picture{grid-template-columns:minmax(0,1fr)}.picture figure{max-width:10rem}.fields{grid-template-columns:minmax(0,1fr)}}
`;

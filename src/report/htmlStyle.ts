import { themeVariables } from "./figures/theme.ts";

/** The style sheet of a report: one column to read, tables that scroll by themselves, light and dark as the reader's system says. */
export const htmlStyle = `
:root{color-scheme:light dark;${themeVariables("light")};--accent:#00598c;--panel:#f3f2ee;--warn:#fff1cf;--warn-edge:#c98a00;--good:#00714f;--bad:#b23c00}
@media (prefers-color-scheme:dark){:root{${themeVariables("dark")};--accent:#7cc4f2;--panel:#222220;--warn:#3a2e10;--warn-edge:#e0a526;--good:#4fd3ae;--bad:#ff9b66}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:2.2rem 1.1rem 5rem;max-width:45rem;background:var(--background);color:var(--text);font:1.02rem/1.6 Charter,"Bitstream Charter","Iowan Old Style",Georgia,Cambria,serif;overflow-wrap:break-word}
h1,h2,h3,nav,table,figure,.summary,.warning,.label{font-family:system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;letter-spacing:-.01em}
.subtitle{color:var(--muted);margin:0 0 1.4rem}
h2{font-size:1.45rem;line-height:1.25;margin:3.2rem 0 .4rem;padding-top:1rem;border-top:1px solid var(--grid)}
h3{font-size:1.12rem;line-height:1.3;margin:2.4rem 0 .3rem}
a{color:var(--accent)}
h3 a,h2 a{color:inherit;text-decoration:none}
h3 a:hover::after{content:" #";color:var(--muted)}
p{margin:.7rem 0}
.task{color:var(--muted);font-style:italic}
.label{font-size:.78rem;font-weight:650;letter-spacing:.04em;text-transform:uppercase;color:var(--muted)}
code,.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
math{font-size:1.08em}
.formula{display:flex;flex-wrap:wrap;justify-content:center;gap:.5rem 2.2rem;align-items:center;overflow-x:auto;overflow-y:hidden;padding:.35rem 0;margin:.5rem 0}
.formula math{width:auto}
.warning{background:var(--warn);border-left:5px solid var(--warn-edge);padding:.7rem 1rem;margin:1rem 0;border-radius:0 6px 6px 0;font-size:.97rem;font-weight:550}
.summary{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.7rem;margin:1.4rem 0;padding:0}
.summary div{background:var(--panel);border-radius:8px;padding:.7rem .85rem}
.summary dt{font-size:.8rem;line-height:1.3;color:var(--muted)}
.summary dd{margin:.15rem 0 0;font-size:1.22rem;font-weight:650;font-variant-numeric:tabular-nums}
nav{font-size:.92rem;line-height:1.5;background:var(--panel);border-radius:8px;padding:.8rem 1.1rem;margin:1.6rem 0}
nav summary{cursor:pointer;font-weight:650}
nav ol{margin:.3rem 0 .6rem;padding-left:1.4rem;columns:15rem 2;column-gap:2rem}
nav li{break-inside:avoid}
nav p{margin:.6rem 0 0;font-weight:600}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
.scroll{overflow-x:auto;margin:.9rem 0}
table{border-collapse:collapse;font-size:.88rem;line-height:1.4;font-variant-numeric:tabular-nums;min-width:60%}
caption{text-align:left;color:var(--muted);padding:0 0 .35rem}
th{text-align:left;font-weight:600;border-bottom:1.5px solid var(--muted);padding:.25rem .9rem .25rem 0;vertical-align:bottom;white-space:nowrap}
td{border-bottom:1px solid var(--grid);padding:.26rem .9rem .26rem 0;vertical-align:top}
.right{text-align:right}
table.many td:first-child{min-width:8.5rem}
table.many th,table.many td{padding-right:.6rem}
td.right{white-space:nowrap}
.yes{color:var(--good);font-weight:600}.no{color:var(--bad);font-weight:700}
figure{margin:1.3rem 0 1.6rem}
figure svg{display:block;width:100%;height:auto;max-width:42.5rem}
figure svg.narrow{display:none}
figcaption{font-size:.88rem;line-height:1.45;color:var(--muted);margin-top:.5rem}
.question{border-left:3px solid var(--accent);padding:.1rem 0 .1rem 1rem;margin:1.3rem 0}
.question>p:first-child{font-weight:600;margin-top:.2rem}
footer{margin-top:4rem;border-top:1px solid var(--grid);padding-top:.8rem;color:var(--muted);font-size:.88rem}
@media (max-width:34rem){body{padding:1.3rem 1rem 4rem;font-size:1rem}h1{font-size:1.55rem}h2{font-size:1.3rem}
table{font-size:.82rem}th,td{padding-right:.55rem}th{white-space:normal}table.many td:first-child{min-width:6rem}figure svg{max-width:24rem}figure svg.wide{display:none}figure svg.narrow{display:block}.summary{grid-template-columns:1fr 1fr}}
@media print{nav{display:none}body{max-width:none}figure,tr,.question{break-inside:avoid}}
`;

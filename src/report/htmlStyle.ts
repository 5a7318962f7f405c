import { themeVariables } from "./figures/theme.ts";

/** The style sheet of a report: one column to read, tables that scroll by themselves, light or dark as the reader's system is set. */
export const htmlStyle = `
:root{color-scheme:light dark;${themeVariables("light")};--accent:#00598c;--panel:#f3f2ee;--warn:#fff1cf;--warn-edge:#c98a00;--good:#00714f;--bad:#b23c00}
@media (prefers-color-scheme:dark){:root{${themeVariables("dark")};--accent:#7cc4f2;--panel:#222220;--warn:#3a2e10;--warn-edge:#e0a526;--good:#4fd3ae;--bad:#ff9b66}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:2.2rem 1.1rem 5rem;max-width:45rem;background:var(--background);color:var(--text);font:1.02rem/1.6 Charter,"Bitstream Charter","Iowan Old Style",Georgia,Cambria,serif;overflow-wrap:break-word}
h1,h2,h3,nav,table,figure,details,footer,.summary,.headline,.warning,.subtitle,.label{font-family:system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
.results,.results p{font-family:system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
.results{font-size:.98rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;letter-spacing:-.01em}
.subtitle{color:var(--muted);margin:0 0 1.4rem}
h2{font-size:1.45rem;line-height:1.25;margin:3.2rem 0 .4rem;padding-top:1rem;border-top:1px solid var(--grid)}
h3,h2.section{font-size:1.12rem;line-height:1.3;margin:2.4rem 0 .3rem;padding:0;border:0}
a{color:var(--accent)}
h3 a,h2 a{color:inherit;text-decoration:none}
h3 a:hover::after,h2 a:hover::after{content:" #";color:var(--muted)}
p{margin:.7rem 0}
.task{color:var(--muted);font-style:italic}
.label{font-size:.78rem;font-weight:650;letter-spacing:.04em;text-transform:uppercase;color:var(--muted)}
code,.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
math{font-size:1.08em}
.formula{display:flex;flex-wrap:wrap;justify-content:center;gap:.5rem 2.2rem;align-items:center;overflow-x:auto;overflow-y:hidden;padding:.35rem 0;margin:.5rem 0}
.formula math{width:auto}
.warning{background:var(--warn);border-left:5px solid var(--warn-edge);padding:.7rem 1rem;margin:1rem 0;border-radius:0 6px 6px 0;font-size:.97rem;font-weight:550}
.headline{margin:1.2rem 0 1.4rem}
.headline p{margin:.15rem 0}
.headline .value{font-size:3.1rem;line-height:1.1;font-weight:700;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.headline p:last-child{margin-top:.5rem;line-height:1.5}
.verdict{margin:.9rem 0;padding:.65rem .9rem;border-radius:8px;background:var(--panel);border-left:5px solid var(--muted);font-weight:600;line-height:1.45}
.verdict.good{border-color:var(--good)}.verdict.bad{border-color:var(--bad)}
.summary{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.7rem;margin:1.4rem 0;padding:0}
.summary div{background:var(--panel);border-radius:8px;padding:.7rem .85rem}
.summary dt{font-size:.8rem;line-height:1.3;color:var(--muted)}
.summary dd{margin:.15rem 0 0;font-size:1.22rem;font-weight:650;font-variant-numeric:tabular-nums}
nav{font-size:.92rem;line-height:1.5;background:var(--panel);border-radius:8px;padding:.8rem 1.1rem;margin:1.6rem 0}
nav summary{cursor:pointer;font-weight:650}
nav ol{margin:.3rem 0 .6rem;padding-left:1.4rem;columns:15rem 2;column-gap:2rem}
nav li{break-inside:avoid;padding:.05rem 0}
nav p{margin:.6rem 0 0;font-weight:600}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
.scroll{overflow-x:auto;margin:.9rem 0;position:relative}
table{border-collapse:collapse;font-size:.88rem;line-height:1.4;font-variant-numeric:tabular-nums;min-width:60%}
th{text-align:left;font-weight:600;border-bottom:1.5px solid var(--muted);padding:.25rem .9rem .25rem 0;vertical-align:bottom;white-space:nowrap}
td{border-bottom:1px solid var(--grid);padding:.26rem .9rem .26rem 0;vertical-align:top}
.right{text-align:right}
table.many td:first-child:not(.right){min-width:8.5rem}
td code{white-space:pre}
th[scope=row]{white-space:normal;border-bottom:1px solid var(--grid);font-weight:400;color:var(--muted);padding:.26rem 1.2rem .26rem 0;vertical-align:top}
tbody tr:first-child th[scope=row],tbody tr:first-child th[scope=row]~td{border-top:1px solid var(--grid)}
figure.table{margin:1.1rem 0}
figure.table figcaption{margin:0 0 .35rem}
figure.table .scroll{margin:0}
table.many th,table.many td{padding-right:.6rem}
table.many td:not(.right){min-width:5rem}
td.right{white-space:nowrap}
.yes{color:var(--good);font-weight:600}.no{color:var(--bad);font-weight:700}
figure{margin:1.3rem 0 1.6rem}
figure svg{display:block;width:100%;height:auto;max-width:42.5rem}
figure svg.narrow{display:none}
figcaption{font-size:.88rem;line-height:1.45;color:var(--muted);margin-top:.5rem}
details.folded{margin:.9rem 0;border:1px solid var(--grid);border-radius:8px;padding:.5rem .9rem}
details.folded>summary{cursor:pointer;font-weight:600;font-size:.92rem;padding:.15rem 0}
pre{background:var(--panel);border-radius:8px;padding:.75rem .9rem;font-size:.9rem;line-height:1.45}
pre.wrap{white-space:pre-wrap;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(var(--wide),minmax(0,1fr));margin:0;padding:0;list-style:none}
.tiles img{display:block;width:100%;height:auto;image-rendering:pixelated;border-radius:2px}
.tiles span{display:block;font-size:.74rem;line-height:1.35;color:var(--muted)}
.tiles img+span{color:var(--text);margin-top:.25rem}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.question{border-left:3px solid var(--accent);padding:.1rem 0 .1rem 1rem;margin:1.3rem 0}
.question>p:first-child{font-weight:600;margin-top:.2rem}
footer{margin-top:4rem;border-top:1px solid var(--grid);padding-top:.8rem;color:var(--muted);font-size:.88rem}
@media (min-width:72rem){body.long{max-width:62rem;padding-left:17rem}
body.long nav{position:fixed;top:2.2rem;left:max(1.1rem,calc(50vw - 30.5rem));width:13.5rem;max-height:calc(100vh - 4.4rem);overflow-y:auto;margin:0;font-size:.86rem}
body.long nav ol{columns:auto}}
@media (max-width:34rem){.tiles{grid-template-columns:repeat(var(--narrow),minmax(0,1fr))}.headline .value{font-size:2.5rem}
body{padding:1.3rem 1rem 4rem;font-size:1rem}h1{font-size:1.55rem}h2:not(.section){font-size:1.3rem}
table{font-size:.82rem}th,td{padding-right:.55rem}th{white-space:normal}td.right{white-space:normal}table.many td:first-child:not(.right){min-width:4.5rem}figure svg{max-width:24rem}figure svg.wide{display:none}figure svg.narrow{display:block}.summary{grid-template-columns:1fr 1fr}}
@media print{nav{display:none}body,body.long{max-width:none;padding:0}h2,h3,figure.table figcaption{break-after:avoid}figure,tr,.question,.headline{break-inside:avoid}.scroll{overflow:visible}details.folded::details-content{content-visibility:visible;block-size:auto}}
`;

/** Black on white, on screens and on paper; wide things scroll by themselves on a telephone. */
export const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 70rem; padding: 1rem;
  background: #fff; color: #000; font: 16px/1.45 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 1.4rem; }
h2 { margin: 1.8rem 0 0.3rem; font-size: 1.15rem; }
p { margin: 0.3rem 0 0.6rem; max-width: 46rem; }
.verdict { border: 2px solid; border-left-width: 0.8rem; margin: 0.8rem 0; padding: 0.6rem 0.9rem; }
.verdict strong { font-size: 1.3rem; }
.verdict p { margin: 0; max-width: none; }
.correct { border-color: #009e73; }
.wrong { border-color: #d55e00; }
.undecided { border-color: #e69f00; }
.numbers { display: flex; flex-wrap: wrap; gap: 0.4rem 2rem; margin: 0.8rem 0; padding: 0; list-style: none; }
.numbers b { display: block; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #bbb; padding: 0.25rem 0.9rem 0.25rem 0; text-align: right; white-space: nowrap; }
thead th { border-bottom: 2px solid #000; }
th:first-child, .goals th:last-child, .goals td:last-child { text-align: left; }
tbody th { font-weight: normal; }
.findings li { margin-bottom: 0.5rem; overflow-wrap: anywhere; }
svg { display: block; width: 100%; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin: 0.4rem 0; padding: 0; list-style: none; }
.row { display: flex; align-items: flex-start; gap: 0.4rem; break-inside: avoid; }
.row > span { width: 3.2rem; padding-top: 3.1rem; text-align: right; font-size: 0.75rem; font-variant-numeric: tabular-nums; }
.plot { flex: 1; min-width: 0; overflow: hidden; }
.plot svg { height: 3rem; border-bottom: 1px solid #000; fill: #444; }
.over, .under { position: relative; font-size: 0.7rem; }
.over { height: 2.3em; }
.under { height: 1em; }
.chip i {
  display: inline-block; width: 1.25em; border: 1px solid #000; border-radius: 2px;
  text-align: center; font-style: normal; line-height: 1.1em;
}
.over .chip { position: absolute; line-height: 1em; }
.over .chip i { font-size: 0.8em; }
.legend .chip i { font-size: 0.8rem; line-height: 1.2em; }
.served {
  position: absolute; top: 1px; margin-left: -0.35em; border: 0.35em solid transparent; border-top: 0;
  border-bottom: 0.6em solid #000;
}
.histogram { position: relative; height: 12rem; margin: 0.8rem 0 0 3.6rem; border-bottom: 1px solid #000; }
.histogram svg { position: absolute; inset: 0; height: 100%; fill: #0072b2; }
.grid i { position: absolute; left: 0; right: 0; border-top: 1px solid #ccc; }
.grid span {
  position: absolute; right: 100%; top: -0.7em; padding-right: 0.4rem;
  font-size: 0.75rem; font-style: normal; white-space: nowrap;
}
.axis { position: relative; overflow: hidden; height: 1.4rem; margin-left: 3.6rem; font-size: 0.75rem; }
.axis span { position: absolute; border-left: 1px solid #000; padding-left: 0.2rem; white-space: nowrap; }
footer { margin-top: 2rem; font-size: 0.85rem; }
@media (max-width: 40rem) {
  body { padding: 0.6rem; font-size: 15px; }
  .row > span { width: 2.2rem; }
  table { font-size: 0.8rem; }
  th, td { padding-right: 0.6rem; }
  .axis, .axis span { font-size: 0.65rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .chip i { background: #fff !important; }
  .plot svg path, .histogram svg { fill: #000; }
  .plot svg rect { fill: #999; }
  .table { overflow: visible; }
  th, td { white-space: normal; padding-right: 0.5rem; }
  section { break-inside: auto; }
  h2 { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

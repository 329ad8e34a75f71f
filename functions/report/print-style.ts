/** Of the readable page: A4, black on white, as hospitals print theirs. Fonts are the reader's own. */
export const PRINT_STYLE = `
@page { size: A4; margin: 12mm 12mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 186mm; padding-top: 2mm; color: #000; background: #fff;
  font: 10.5pt/1.45 SimSun, "Songti SC", "Noto Serif CJK SC", "Noto Sans CJK SC", serif;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
header { position: relative; text-align: center; border-bottom: 2px solid #000; padding-bottom: 2mm; }
header h1 { margin: 0; font-size: 17pt; letter-spacing: .1em; }
header h2 { margin: 1mm 0 0; font-size: 14pt; letter-spacing: .3em; font-weight: bold; }
.tag { position: absolute; right: 0; top: 0; border: 1px solid #000; padding: 0 2mm; font-size: 9pt; }
.state { margin: 2mm 0 0; text-align: center; font-weight: bold; }
.facts { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5mm 4mm; margin: 2mm 0; font-size: 10pt; }
.facts div { display: flex; } .facts dt { flex: none; } .facts dt::after { content: "："; } .facts dd { margin: 0; overflow-wrap: anywhere; }
dl { margin: 0; }
table { width: 100%; border-collapse: collapse; border-top: 1px solid #000; border-bottom: 1px solid #000; font-size: 10pt; }
thead { display: table-header-group; } thead th { border-bottom: 1px solid #000; text-align: left; padding: 1mm; white-space: nowrap; }
td { padding: .6mm 1mm; vertical-align: top; overflow-wrap: anywhere; } tr { break-inside: avoid; }
td.no, th.no { width: 9mm; text-align: right; } td.sign { white-space: nowrap; }
tr.abnormal td.value, tr.abnormal td.sign { font-weight: bold; } tr.critical { background: #eee; }
section { margin-top: 4mm; } section h3 { margin: 0 0 1mm; font-size: 11pt; }
section p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.signed { display: flex; justify-content: space-between; flex-wrap: wrap; gap: 1mm 6mm; margin-top: 5mm; padding-top: 2mm; border-top: 1px solid #000; font-size: 10pt; }
footer { margin-top: 2mm; font-size: 8.5pt; color: #333; } footer p { margin: 0; }
.watermark { position: fixed; inset: 0; z-index: -1; display: grid; grid-template-columns: repeat(2, 1fr); align-items: center; justify-items: center; overflow: hidden; }
.watermark span { transform: rotate(-28deg); color: #e4e4e4; font-size: 11pt; white-space: nowrap; }
.void { position: fixed; inset: 0; display: grid; place-items: center; } .void span { transform: rotate(-28deg); border: 3mm double #999; color: #999; font-size: 64pt; padding: 0 12mm; }
`;

import { type Html, html } from '../../shared/http/html.ts';
import { dayOf, timeOf } from '../../shared/kernel/china-time.ts';
import type { Kind } from './codes.ts';
import { type PrintableResult, resultTable } from './print-results.ts';
import { PRINT_STYLE } from './print-style.ts';
import { LARGEST_VERSION } from './publish-contracts.ts';
import type { ReportStatus } from './transitions.ts';

/** What the page shows of a report. Whoever hands it over decides how much of the name stands on it. */
export interface PrintableReport {
  readonly kind: Kind;
  readonly status: ReportStatus;
  readonly reportNumber: string;
  readonly version: number;
  readonly institutionName: string;
  readonly patient: {
    readonly name: string;
    readonly sex?: 'male' | 'female' | undefined;
    readonly birthDate?: string | undefined;
  };
  readonly examination: { readonly name: string };
  readonly specimen?: string | undefined;
  readonly effectiveAt: string;
  readonly issuedAt: string;
  readonly results: readonly PrintableResult[];
  readonly findings?: string | undefined;
  readonly conclusion?: string | undefined;
  readonly reportedBy?: string | undefined;
  readonly reviewedBy?: string | undefined;
  readonly tag?: string | undefined;
  readonly files?: readonly { readonly title: string }[];
}

export interface Printing {
  /** Who printed it, masked or by role: it stands across every sheet. */
  readonly printedBy: string;
  readonly printedAt: string;
}

const TITLES: Readonly<Record<Kind, string>> = {
  LABORATORY: '检验报告单',
  IMAGING: '影像检查报告单',
  PATHOLOGY: '病理诊断报告单',
  ECG: '心电图检查报告单',
};
/** What the two texts of a report are called where it comes from. */
const HEADINGS: Readonly<Record<Kind, { readonly findings: string; readonly conclusion: string }>> = {
  LABORATORY: { findings: '检验所见', conclusion: '检验结论' },
  IMAGING: { findings: '影像所见', conclusion: '影像诊断' },
  PATHOLOGY: { findings: '大体及镜下所见', conclusion: '病理诊断' },
  ECG: { findings: '心电图所见', conclusion: '心电图诊断' },
};
const STATES: Readonly<Record<ReportStatus, string>> = {
  ORDERED: '已申请，尚无结果',
  COLLECTED: '已采样，尚无结果',
  PRELIMINARY: '初步报告，仅供参考，以正式报告为准',
  FINAL: '正式报告',
  AMENDED: '更正报告，替代此前各版本',
  CANCELLED: '本报告已作废，不得使用',
};
const WATERMARKS = 10;

/**
 * A report to read and to print, whole in one file: no script, no font, no picture, nothing fetched. HTML and not PDF,
 * because a Chinese font of ten megabytes would ride in every Lambda for what each browser and WeChat already has.
 */
export function printPage(report: PrintableReport, { printedBy, printedAt }: Printing): string {
  const { kind, status, results } = report;
  const printed = `${printedBy} ${moment(printedAt)}`;
  const page = html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${TITLES[kind]} ${report.reportNumber}</title>
<style>${{ html: PRINT_STYLE }}</style>
</head>
<body>
<div class="watermark" aria-hidden="true">${Array.from({ length: WATERMARKS }, () => html`<span>${printed}</span>`)}</div>
${status === 'CANCELLED' ? html`<div class="void" aria-hidden="true"><span>作废</span></div>` : undefined}
<header>
${report.tag === undefined ? undefined : html`<span class="tag">${report.tag}</span>`}
<h1>${report.institutionName}</h1>
<h2>${TITLES[kind]}</h2>
</header>
<p class="state">${STATES[status]}${editionOf(report)}</p>
<dl class="facts">${factsOf(report).map(fact)}</dl>
${results.length === 0 ? undefined : resultTable(results)}
${textSection(HEADINGS[kind].findings, report.findings)}
${textSection(HEADINGS[kind].conclusion, report.conclusion)}
${textSection('附件', report.files?.map(({ title }) => title).join('、') || undefined)}
<div class="signed">${signaturesOf(report).map(([name, value]) => html`<span>${name}：${value}</span>`)}</div>
<footer>
<p>本报告仅对所送标本或当次检查负责，结果供临床医师参考。如有疑问，请及时与出具报告的医疗机构联系。</p>
<p>打印人：${printedBy}　打印时间：${moment(printedAt)}　报告单号：${report.reportNumber}</p>
</footer>
</body>
</html>
`;
  return page.html;
}

type Fact = readonly [name: string, value: string | undefined];

function factsOf(report: PrintableReport): readonly Fact[] {
  const { patient, kind, effectiveAt, issuedAt } = report;
  const done = kind === 'LABORATORY' || kind === 'PATHOLOGY' ? '采集时间' : '检查时间';
  const facts: readonly Fact[] = [
    ['姓名', patient.name],
    ['性别', patient.sex === undefined ? undefined : { male: '男', female: '女' }[patient.sex]],
    ['年龄', patient.birthDate === undefined ? undefined : ageOf(patient.birthDate, dayOf(effectiveAt))],
    ['报告单号', report.reportNumber],
    [kind === 'LABORATORY' ? '检验项目' : '检查项目', report.examination.name],
    ['标本', report.specimen],
    [done, moment(effectiveAt)],
    ['报告时间', moment(issuedAt)],
  ];
  return facts.filter(([, value]) => value !== undefined);
}

function fact([name, value]: Fact): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function signaturesOf({ reportedBy, reviewedBy, issuedAt }: PrintableReport): readonly Fact[] {
  const signed: readonly Fact[] = [
    ['报告人', reportedBy],
    ['审核人', reviewedBy],
    ['报告时间', moment(issuedAt)],
  ];
  return signed.filter(([, value]) => value !== undefined);
}

function textSection(heading: string, text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<section><h3>${heading}</h3><p>${text}</p></section>`;
}

/** Senders that number no versions have them numbered by the instant of issue, which nobody wants to read. */
function editionOf({ version }: PrintableReport): string {
  return version > LARGEST_VERSION ? '' : `（第 ${version} 版）`;
}

/** As hospitals write it: years; below three also months, below one month days. Both are days of the calendar. */
function ageOf(birthDate: string, day: string): string {
  const [born, then] = [parts(birthDate), parts(day)];
  const months = (then.year - born.year) * 12 + then.month - born.month - (then.date < born.date ? 1 : 0);
  if (months < 1) return `${Math.max(0, (Date.parse(day) - Date.parse(birthDate)) / 86_400_000)}天`;
  if (months < 12) return `${months}个月`;
  const years = Math.floor(months / 12);
  return years < 3 && months % 12 > 0 ? `${years}岁${months % 12}个月` : `${years}岁`;
}

function parts(day: string): { readonly year: number; readonly month: number; readonly date: number } {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return { year, month, date };
}

function moment(instant: string): string {
  return `${dayOf(instant)} ${timeOf(instant)}`;
}

import { type Html, html } from '../../shared/http/html.ts';
import type { FLAGS } from './codes.ts';

type Flag = (typeof FLAGS)[number];

export interface PrintableResult {
  readonly code: string;
  readonly name: string;
  readonly value: number | string;
  readonly unit?: string | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly flag?: Flag | undefined;
}

const SIGNS: Readonly<Record<Flag, string>> = {
  NORMAL: '',
  LOW: '↓',
  HIGH: '↑',
  ABNORMAL: '*',
  CRITICAL_LOW: '↓↓ 危',
  CRITICAL_HIGH: '↑↑ 危',
};

/** The values of a report, a line each, abnormal ones marked; a head on every sheet, and what the marks mean below. */
export function resultTable(results: readonly PrintableResult[]): Html {
  return html`<table>
<thead><tr><th class="no">序号</th><th>项目</th><th>结果</th><th>提示</th><th>单位</th><th>参考区间</th></tr></thead>
<tbody>${results.map(line)}</tbody>
</table>
<footer><p>提示：↑ 高于参考区间　↓ 低于参考区间　* 异常　危 危急值</p></footer>`;
}

function line(result: PrintableResult, index: number): Html {
  const { code, name, value, unit } = result;
  const flag = flagOf(result);
  const kind = flag === 'NORMAL' ? '' : flag.startsWith('CRITICAL') ? 'abnormal critical' : 'abnormal';
  return html`
<tr class="${kind}"><td class="no">${index + 1}</td><td>${name}（${code}）</td><td class="value">${value}</td><td class="sign">${SIGNS[flag]}</td><td>${unit}</td><td>${rangeOf(result)}</td></tr>`;
}

/** What the sender says; without a word of theirs, what the band says. */
function flagOf({ value, low, high, flag }: PrintableResult): Flag {
  if (flag !== undefined) return flag;
  if (typeof value !== 'number') return 'NORMAL';
  if (low !== undefined && value < low) return 'LOW';
  return high !== undefined && value > high ? 'HIGH' : 'NORMAL';
}

function rangeOf({ low, high }: PrintableResult): string {
  if (low !== undefined && high !== undefined) return `${low}～${high}`;
  if (low !== undefined) return `≥ ${low}`;
  return high === undefined ? '' : `≤ ${high}`;
}

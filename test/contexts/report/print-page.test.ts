import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PrintableReport, printPage } from '../../../functions/report/print-page.ts';

const printing = { printedBy: '张* 本人', printedAt: '2026-03-03T02:05:00.000Z' };
const blood: PrintableReport = {
  kind: 'LABORATORY',
  status: 'FINAL',
  reportNumber: 'L20260302-0017',
  version: 1,
  institutionName: '郏县人民医院',
  patient: { name: '张*', sex: 'female', birthDate: '1961-05-04' },
  examination: { name: '血常规五分类' },
  specimen: '静脉血',
  effectiveAt: '2026-03-02T00:30:00.000Z',
  issuedAt: '2026-03-02T02:10:00.000Z',
  results: [
    { code: 'WBC', name: '白细胞计数', value: 12.3, unit: '10^9/L', low: 3.5, high: 9.5 },
    { code: 'HGB', name: '血红蛋白', value: 120, unit: 'g/L', low: 115, high: 150 },
    { code: 'K', name: '钾', value: 2.3, unit: 'mmol/L', low: 3.5, flag: 'CRITICAL_LOW' },
    { code: 'HBsAg', name: '乙肝表面抗原', value: '阳性', flag: 'ABNORMAL' },
  ],
  reportedBy: '李检验',
  reviewedBy: '王审核',
  tag: '河南HR',
};

/** What a reader sees, one blank between its parts. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf('<body>'));
  return body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

function linesOf(page: string): readonly string[] {
  return [...page.matchAll(/<tr class="[^"]*">.*?<\/tr>/gs)].map(([row]) => textOf(`<body>${row}`).trim());
}

describe('the readable page', () => {
  it('carries who, what, when, by whom, in Chinese, and the mark of recognition', () => {
    const text = textOf(printPage(blood, printing));
    for (const words of [
      '河南HR 郏县人民医院 检验报告单 正式报告（第 1 版）',
      '姓名 张*',
      '性别 女',
      '年龄 64岁',
      '采集时间 2026-03-02 08:30',
      '报告人：李检验',
      '审核人：王审核',
      '打印人：张* 本人 打印时间：2026-03-03 10:05',
    ])
      expect(text).toContain(words);
  });

  it('marks what is outside its band, what the sender calls abnormal, and what is critical', () => {
    expect(linesOf(printPage(blood, printing))).toEqual([
      '1 白细胞计数（WBC） 12.3 ↑ 10^9/L 3.5～9.5',
      '2 血红蛋白（HGB） 120 g/L 115～150',
      '3 钾（K） 2.3 ↓↓ 危 mmol/L ≥ 3.5',
      '4 乙肝表面抗原（HBsAg） 阳性 *',
    ]);
  });

  it.each([
    [3.4, '↓'],
    [3.5, ''],
    [9.5, ''],
    [9.6, '↑'],
  ])('counts both ends of a band as inside: %f is %j', (value, sign) => {
    const results = [{ code: 'W', name: '白', value, low: 3.5, high: 9.5 }];
    expect(linesOf(printPage({ ...blood, results }, printing))).toEqual([
      `1 白（W） ${value} ${sign} 3.5～9.5`.replace('  ', ' '),
    ]);
  });

  it('believes the sender before the band', () => {
    const results = [{ code: 'W', name: '白', value: 99, high: 9.5, flag: 'NORMAL' as const }];
    expect(linesOf(printPage({ ...blood, results }, printing))).toEqual(['1 白（W） 99 ≤ 9.5']);
  });

  it.each([
    ['IMAGING', '影像检查报告单', '影像所见', '影像诊断'],
    ['PATHOLOGY', '病理诊断报告单', '大体及镜下所见', '病理诊断'],
    ['ECG', '心电图检查报告单', '心电图所见', '心电图诊断'],
  ] as const)('of %s is titled %s, with %s and %s', (kind, title, findings, conclusion) => {
    const page = printPage(
      { ...blood, kind, results: [], findings: '未见异常。', conclusion: '正常' },
      printing,
    );
    const text = textOf(page);
    expect(text).toContain(title);
    expect(text).toContain(`${findings} 未见异常。 ${conclusion} 正常`);
    expect(page).not.toContain('<table>');
  });

  it.each([
    ['PRELIMINARY', '初步报告，仅供参考'],
    ['AMENDED', '更正报告，替代此前各版本（第 1 版）'],
    ['CANCELLED', '本报告已作废，不得使用'],
  ] as const)('says that it is %s', (status, words) => {
    const page = printPage({ ...blood, status }, printing);
    expect(textOf(page)).toContain(words);
    expect(page.includes('<div class="void"')).toBe(status === 'CANCELLED');
  });

  it('does not read out an instant as the number of a version', () => {
    expect(textOf(printPage({ ...blood, version: Date.parse(blood.issuedAt) }, printing))).not.toMatch(
      /第 \d+ 版/,
    );
  });

  it.each([
    ['2026-03-02', '0天'],
    ['2026-02-03', '27天'],
    ['2026-02-02', '1个月'],
    ['2025-03-03', '11个月'],
    ['2025-03-02', '1岁'],
    ['2024-01-15', '2岁1个月'],
    ['2023-03-02', '3岁'],
    ['2023-03-03', '2岁11个月'],
  ])('gives the age of somebody born on %s as %s', (birthDate, age) => {
    const page = printPage({ ...blood, patient: { name: '张*', birthDate } }, printing);
    expect(textOf(page)).toContain(`年龄 ${age} `);
  });

  it('fetches nothing and runs nothing', () => {
    const page = printPage(blood, printing);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(
      /<(script|link|img|iframe|object|embed|base|form)|\ssrc=|href=|url\(|@import|\son\w+=/i,
    );
  });

  it('is printed with its printer and the time on every sheet', () => {
    const [, marks = ''] = /<div class="watermark"[^>]*>(.*?)<\/div>/s.exec(printPage(blood, printing)) ?? [];
    expect(marks.match(/张\* 本人 2026-03-03 10:05/g)?.length).toBeGreaterThan(4);
  });
});

describe('whatever hospitals write', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(
      '</style><script>alert(1)</script>',
      '"><img src=x onerror=1>',
      "' onload='",
      '&lt;',
      '\u202Ecod.exe',
    ),
  );
  const report = fc.record({
    ...Object.fromEntries(
      ['reportNumber', 'institutionName', 'specimen', 'findings', 'conclusion'].map((f) => [f, text]),
    ),
    patient: fc.record({ name: text }),
    examination: fc.record({ name: text }),
    results: fc.array(fc.record({ code: text, name: text, value: text, unit: text }), {
      minLength: 1,
      maxLength: 3,
    }),
    files: fc.array(fc.record({ title: text }), { minLength: 1, maxLength: 2 }),
  });

  /** The report with every text exchanged for a harmless one. */
  function harmless(value: unknown): unknown {
    if (typeof value === 'string') return '文';
    if (Array.isArray(value)) return value.map(harmless);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, harmless(inner)]));
  }

  const tagsOf = (page: string): readonly string[] => page.match(/<[^>]*>?/g) ?? [];

  it('the page has the tags it has for harmless words, and no others', () => {
    fc.assert(
      fc.property(report, text, (written, printedBy) => {
        const page = printPage({ ...blood, ...written } as PrintableReport, { ...printing, printedBy });
        const plain = printPage(
          { ...blood, ...(harmless(written) as object) },
          { ...printing, printedBy: '文' },
        );
        expect(tagsOf(page)).toEqual(tagsOf(plain));
        expect(page).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
      }),
      { numRuns: 300 },
    );
  });

  it('is read as it was written', () => {
    const conclusion = `“A&B” <5 且 >3 'ok' "q"\n第二行`;
    const page = printPage({ ...blood, conclusion }, printing);
    expect(page).toContain('<p>“A&amp;B” &lt;5 且 &gt;3 &#39;ok&#39; &quot;q&quot;\n第二行</p>');
  });
});

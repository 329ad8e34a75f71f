import { createHash } from 'node:crypto';
import { nextRung } from '../../../functions/report/critical-clock.ts';
import {
  type CriticalPolicy,
  criticalPolicy,
  type RecognitionPolicy,
  type ReportPolicy,
  recognitionPolicy,
  reportPolicy,
} from '../../../functions/report/policy.ts';
import { recognised } from '../../../functions/report/recognition.ts';
import type { Result } from '../../../functions/report/report-content.ts';
import { isCritical, keepUntilOf } from '../../../functions/report/rules.ts';
import { addDays } from '../../../shared/kernel/china-time.ts';
import { cityNamed, cityWith } from '../../support/city-policy.ts';
import { type Boundary, testBoundaries } from '../../support/policy-numbers.ts';
import {
  COUNTY,
  home,
  homePath,
  LIN,
  openWorld,
  PATIENT,
  potassium,
  publisher,
  row,
  type World,
} from './world.ts';

/** Every number of report's policy, on both sides of it. */

const MINUTE = 60_000;
const TODAY = '2026-03-02';

function isBeyond(
  { limits, units }: { limits: CriticalPolicy['limits']; units: ReportPolicy['units'] },
  { code, unit, value }: { code: string; unit: string; value: number },
): boolean {
  const results = [{ code, name: code, value, unit }] as Result[];
  return isCritical({ limits }, units, { status: 'FINAL', results });
}

// ---- keeping, files, trends

const kept = (['OUTPATIENT', 'EMERGENCY', 'CHECK_UP', 'INPATIENT'] as const).map(
  (setting): Boundary<ReportPolicy> => {
    const [years, last, first] =
      setting === 'INPATIENT' ? ['30年', '2056-02-29', '2056-03-01'] : ['15年', '2041-02-28', '2041-03-01'];
    return {
      number: `keepYears.${setting}`,
      says: years,
      // Whether an archive may let go of it on that day.
      look: (policy) => {
        const until = keepUntilOf(policy, { setting, effectiveAt: '2026-03-01T01:00:00.000Z' });
        return [last >= until, first >= until];
      },
      sides: [false, true],
    };
  },
);

const PDF = Buffer.from('%PDF-1.7 a report');
const FACTS = {
  contentType: 'application/pdf',
  sizeBytes: PDF.length,
  sha256: createHash('sha256').update(PDF).digest('hex'),
};

const worldOf = (policy: ReportPolicy) => openWorld({ city: cityWith('demo', 'report', policy) });

interface Link {
  readonly fileId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function uploadLink(world: World, facts: object = FACTS) {
  const as = await publisher(world);
  return world.ask('POST', `/report/institutions/${COUNTY}/report-files`, { as, body: facts });
}

async function follow(world: World, method: string, { url, headers = {} }: Partial<Link>, body = PDF) {
  const { pathname, search } = new URL(url ?? '');
  return (await world.serveFile({ method, pathname, search, headers, body })).status;
}

const upload = {
  number: 'files.uploadMinutes',
  says: '上传链接的时限',
  look: async (policy) => {
    const world = await worldOf(policy);
    const put = async (later: number) => {
      const { body } = await uploadLink(world);
      world.deps.clock.advance(later);
      return follow(world, 'PUT', body as Link);
    };
    return [await put(30 * MINUTE - 1), await put(30 * MINUTE)];
  },
  sides: [200, 403],
} satisfies Boundary<ReportPolicy>;

const download = {
  number: 'files.linkMinutes',
  says: '下载与上传链接的时限',
  look: async (policy) => {
    const world = await worldOf(policy);
    await world.register(PATIENT, LIN);
    const link = (await uploadLink(world)).body as Link;
    await follow(world, 'PUT', link);
    const files = [{ fileId: link.fileId, title: '心电图', contentType: 'application/pdf' }];
    const [{ reportId } = {}] = await world.publish(row({ files }));
    const path = homePath(reportId, PATIENT, `files/${link.fileId}`);
    const { body } = await world.ask('GET', path, { as: await home(world) });
    const { url } = body as Link;
    const get = (later: number) => {
      world.deps.clock.advance(later);
      return follow(world, 'GET', { url }, Buffer.alloc(0));
    };
    return [await get(5 * MINUTE - 1), await get(1)];
  },
  sides: [200, 403],
} satisfies Boundary<ReportPolicy>;

const size = {
  number: 'files.mostBytes',
  says: '文件大小上限',
  look: async (policy) => {
    const world = await worldOf(policy);
    const ask = async (sizeBytes: number) => {
      const { status, code } = await uploadLink(world, { ...FACTS, sizeBytes });
      return code ?? status;
    };
    return [await ask(50_000_000), await ask(50_000_001)];
  },
  sides: [201, 'FILE_TOO_LARGE'],
} satisfies Boundary<ReportPolicy>;

const trend = {
  number: 'trendYears',
  says: '趋势年限',
  look: async (policy) => {
    const world = await worldOf(policy);
    await world.register(PATIENT, LIN);
    // The last instant in China that is too old, and the first that is not.
    await world.publish(
      row({ effectiveAt: '2021-03-01T15:59:59.999Z', results: [potassium(3.9)] }),
      row({ effectiveAt: '2021-03-01T16:00:00.000Z', results: [potassium(4.2)] }),
    );
    const { body } = await world.ask('GET', `/report/patients/${PATIENT}/trends/K`, {
      as: await home(world),
    });
    const { series } = body as { series: { points: { value: number }[] }[] };
    return series.flatMap(({ points }) => points.map(({ value }) => value));
  },
  sides: [4.2],
} satisfies Boundary<ReportPolicy>;

/** A value in another unit that is just inside a limit in the item's own, and one that is just beyond it. */
const FACTORS = [
  ['GLU', 'mmol/L', 'mg/dL', 22.2, 400, 400.1],
  ['CREA', 'umol/L', 'mg/dL', 884, 10, 10.01],
  ['CHOL', 'mmol/L', 'mg/dL', 5.172, 200, 200.01],
  ['TG', 'mmol/L', 'mg/dL', 2.258, 200, 200.1],
  ['HGB', 'g/L', 'g/dL', 200, 20, 20.1],
  ['K', 'mmol/L', 'mEq/L', 6.2, 6.2, 6.21],
  ['NA', 'mmol/L', 'mEq/L', 160, 160, 160.1],
  ['CA', 'mmol/L', 'mg/dL', 2.495, 10, 10.001],
] as const;

const factors = FACTORS.map(
  ([code, own, unit, high, inside, outside]): Boundary<ReportPolicy> => ({
    number: `units.${code}.others.${unit}.factor`,
    says: '换算系数',
    look: ({ units }) => {
      const limits = [{ code, name: '某项', unit: own, high }];
      return [inside, outside].map((value) => isBeyond({ limits, units }, { code, unit, value }));
    },
    sides: [false, true],
  }),
);

testBoundaries(reportPolicy, [...kept, download, upload, size, trend, ...factors]);

// ---- critical values

/** The last value that is not critical, and the first that is. */
const LIMITS = [
  ['K', 'mmol/L', 'low', 2.8, 2.79],
  ['K', 'mmol/L', 'high', 6.2, 6.21],
  ['NA', 'mmol/L', 'low', 120, 119.9],
  ['NA', 'mmol/L', 'high', 160, 160.1],
  ['CA', 'mmol/L', 'low', 1.75, 1.74],
  ['CA', 'mmol/L', 'high', 3.5, 3.51],
  ['GLU', 'mmol/L', 'low', 2.8, 2.79],
  ['GLU', 'mmol/L', 'high', 22.2, 22.21],
  ['HGB', 'g/L', 'low', 50, 49.9],
  ['HGB', 'g/L', 'high', 200, 200.1],
  ['PLT', '10^9/L', 'low', 30, 29.9],
  ['PLT', '10^9/L', 'high', 1000, 1000.1],
  ['WBC', '10^9/L', 'low', 1, 0.99],
  ['WBC', '10^9/L', 'high', 50, 50.1],
  ['CREA', 'umol/L', 'high', 650, 650.1],
  ['INR', '1', 'high', 5, 5.01],
] as const;

const { units } = cityNamed('demo').policy(reportPolicy).at(TODAY);
const limits = LIMITS.map(
  ([code, unit, end, last, first]): Boundary<CriticalPolicy> => ({
    number: `limits.${code}.${end}`,
    says: '常见界值',
    look: (policy) =>
      [last, first].map((value) => isBeyond({ limits: policy.limits, units }, { code, unit, value })),
    sides: [false, true],
  }),
);

const rungs = [
  ['DEPARTMENT_HEAD', 0, 10],
  ['DUTY_DESK', 1, 30],
] as const;
const ladder = rungs.map(
  ([to, escalations, minutes]): Boundary<CriticalPolicy> => ({
    number: `ladder.${to}.afterMinutes`,
    says: '升级时限',
    look: (policy) => {
      const notifiedAt = '2026-03-02T00:00:00.000Z';
      const { at = '' } = nextRung(policy, { notifiedAt, escalations }) ?? {};
      const due = Date.parse(at) - Date.parse(notifiedAt);
      return [minutes * MINUTE - 1 >= due, minutes * MINUTE >= due];
    },
    sides: [false, true],
  }),
);

testBoundaries(criticalPolicy, [...limits, ...ladder]);

// ---- recognition

/** An examination of that day, asked for in its own house on the last day on which it counts, and on the day after. */
function counts(policy: RecognitionPolicy, code: string, kind: keyof typeof KIND_DAYS, days: number) {
  const result = {
    kind,
    institutionId: COUNTY,
    effectiveAt: `${TODAY}T01:00:00.000Z`,
    figures: { code, name: '某项', values: [] },
  };
  return [days, days + 1].map((later) => {
    const asking = { code, institutionId: COUNTY, day: addDays(TODAY, later), alliances: [] };
    return recognised(policy, result, asking) !== undefined;
  });
}

const KIND_DAYS = { LABORATORY: 7, IMAGING: 30, PATHOLOGY: 180, ECG: 3 } as const;
const ITEM_DAYS = {
  CBC: 3,
  URINE: 3,
  BIOCHEM: 7,
  LIPIDS: 30,
  HBA1C: 60,
  TSH: 30,
  HBSAG: 90,
  ABO: 365,
  'CT-CHEST': 30,
  'CT-HEAD': 14,
  'MR-HEAD': 60,
  'DR-CHEST': 30,
  'US-ABDOMEN': 30,
} as const;

const unlisted = (Object.keys(KIND_DAYS) as (keyof typeof KIND_DAYS)[]).map(
  (kind): Boundary<RecognitionPolicy> => ({
    number: `allianceDays.${kind}`,
    from: '2026-01-01',
    says: '有效天数',
    look: (policy) => counts(policy, 'UNLISTED', kind, KIND_DAYS[kind]),
    sides: [true, false],
  }),
);
const listed = Object.entries(ITEM_DAYS).map(
  ([code, days]): Boundary<RecognitionPolicy> => ({
    number: `items.${code}.days`,
    says: '有效天数',
    look: (policy) => counts(policy, code, 'ECG', days),
    sides: [true, false],
  }),
);

testBoundaries(recognitionPolicy, [...unlisted, ...listed]);

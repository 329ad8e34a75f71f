import fc from 'fast-check';
import type { DiagnosticReport, Observation } from 'fhir/r4.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { FLAGS, KINDS, SENSITIVE_CATEGORIES, SETTINGS } from '../../../functions/report/codes.ts';
import type { ReportView } from '../../../functions/report/contracts.ts';
import { operationOutcome } from '../../../functions/report/fhir-faults.ts';
import { readFhir } from '../../../functions/report/fhir-read.ts';
import { fhirOfPublication, fhirOfView } from '../../../functions/report/fhir-write.ts';
import { type Publication, publication } from '../../../functions/report/publish-contracts.ts';
import { STATUSES } from '../../../functions/report/transitions.ts';
import { invalidities } from './fhir-validator.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const code = fc.oneof(fc.stringMatching(/^[A-Za-z0-9][\w.-]{0,20}$/), fc.constantFrom('6690-2', '718-7'));
const id = fc.stringMatching(/^[A-Za-z0-9-]{1,20}$/);
const words = fc.oneof(
  fc.stringMatching(/^[\u4e00-\u9fff]{1,20}$/),
  fc.constantFrom('白细胞（WBC）', '<b>&', '两 个 字', '“引号”'),
);
const instant = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const number = fc.oneof(
  fc.integer({ min: -1000, max: 100_000 }),
  fc.integer({ min: -9999, max: 99_999 }).map((n) => n / 100),
);
const tag = fc.constantFrom('河南HR', '全国HR');

const result = fc.record({
  code,
  name: words,
  value: fc.oneof(number, fc.constantFrom('阴性', '<0.01', '1:80', '+++')),
  unit: maybe(fc.constantFrom('10^9/L', 'mmol/L', 'μmol/L', '℃', '%', '个/低倍视野')),
  low: maybe(number),
  high: maybe(number),
  flag: maybe(fc.constantFrom(...FLAGS)),
  tag: maybe(tag),
});

const written = fc.record({
  reportNumber: fc.stringMatching(/^[A-Za-z0-9./-]{1,30}$/),
  version: maybe(fc.integer({ min: 1, max: 1_000_000 })),
  patient: fc.record({ name: words, idNumber: fc.stringMatching(/^\d{17}[\dX]$/) }),
  order: fc.record({ institutionId: maybe(id), departmentId: maybe(id), practitionerId: maybe(id) }),
  category: maybe(fc.constantFrom(...SENSITIVE_CATEGORIES)),
  kind: fc.constantFrom(...KINDS),
  status: fc.constantFrom(...STATUSES),
  issuedAt: instant,
  effectiveAt: instant,
  examination: fc.record({ code, name: words }),
  setting: fc.constantFrom(...SETTINGS),
  specimen: maybe(words),
  results: fc.array(result, { maxLength: 4 }),
  findings: maybe(words),
  conclusion: maybe(words),
  reportedBy: maybe(words),
  reviewedBy: maybe(words),
  files: fc.array(
    fc.record({
      fileId: id,
      title: words,
      contentType: fc.constantFrom('application/pdf' as const, 'image/png' as const),
    }),
    { maxLength: 2 },
  ),
  tag: maybe(tag),
});
/** Parsed by the contract: what no hospital could publish is no case. */
const publications = written.map((fields) => publication.parse(JSON.parse(JSON.stringify(fields))));

const blood = publication.parse({
  reportNumber: 'L20260302-0017',
  version: 2,
  patient: { name: '张三', idNumber: '410425196105040028' },
  order: { departmentId: 'd1', practitionerId: 'p1' },
  kind: 'LABORATORY',
  status: 'FINAL',
  issuedAt: '2026-03-02T02:10:00.000Z',
  effectiveAt: '2026-03-02T00:30:00.000Z',
  examination: { code: '58410-2', name: '血常规' },
  results: [
    { code: '6690-2', name: '白细胞', value: 12.3, unit: '10^9/L', low: 3.5, high: 9.5, flag: 'HIGH' },
    { code: 'HBsAg', name: '乙肝表面抗原', value: '阴性' },
  ],
  findings: '血样合格',
  conclusion: '白细胞增高',
});

function viewOf(content: Publication): ReportView {
  const { patient, version, category: _, order, ...shown } = content;
  return {
    ...shown,
    reportId: 'r7Kp2',
    version: version ?? Date.parse(content.issuedAt),
    institutionId: 'i1',
    institutionName: '郏县人民医院',
    patient: { patientId: 'pt1', name: `${patient.name[0]}*`, sex: 'female', birthDate: '1961-05-04' },
    order: { ...order, institutionId: order.institutionId ?? 'i1' },
    keepUntil: '2041-03-02',
  };
}

type Mutation = (report: DiagnosticReport, first: Observation) => unknown;

/** Each takes a valid report, and makes one that is not. */
const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'another kind of resource': (report) => ({ ...report, resourceType: 'Report' }),
  'no status': (report) => ({ ...report, status: undefined }),
  'a status that does not exist': (report) => ({ ...report, status: 'done' }),
  'no code': (report) => ({ ...report, code: undefined }),
  'a code that is a text': (report) => ({ ...report, code: '血常规' }),
  'a time that is none': (report) => ({ ...report, issued: 'yesterday' }),
  'a time without a zone': (report) => ({ ...report, issued: '2026-03-02T10:10:00' }),
  'a moment that is only a day': (report) => ({ ...report, issued: '2026-03-02' }),
  'a day written otherwise': (report) => ({ ...report, effectiveDateTime: '02/03/2026' }),
  'one result where a list belongs': (report) => ({ ...report, result: report.result?.[0] }),
  'a subject that is a list': (report) => ({ ...report, subject: [report.subject] }),
  'a conclusion that is a number': (report) => ({ ...report, conclusion: 5 }),
  'an identifier that is a text': (report) => ({ ...report, identifier: ['L1'] }),
  'an observation without a status': (_, first) => ({ ...first, status: undefined }),
  'an observation with a status that does not exist': (_, first) => ({ ...first, status: 'done' }),
  'an observation without a code': (_, first) => ({ ...first, code: undefined }),
  'a quantity whose value is a text': (_, first) => ({ ...first, valueQuantity: { value: '12.3' } }),
  'a comparator that does not exist': (_, first) => ({
    ...first,
    valueQuantity: { value: 1, comparator: '~' },
  }),
  'a bound that is a text': (_, first) => ({ ...first, referenceRange: [{ low: { value: '3' } }] }),
  'an interpretation that is a text': (_, first) => ({ ...first, interpretation: 'H' }),
};

function mutated(mutate: Mutation): unknown {
  const report = fhirOfPublication(blood, 'i1');
  const [first, ...others] = report.contained ?? [];
  const changed = JSON.parse(JSON.stringify(mutate(report, first as Observation)));
  return changed.resourceType === 'Observation' ? { ...report, contained: [changed, ...others] } : changed;
}

const LONG_MS = 240_000;
// The definitions are 35 MB of JSON.
beforeAll(() => void invalidities(fhirOfView(viewOf(blood))), LONG_MS);

describe('what is served as FHIR R4', () => {
  it('is valid, whatever a hospital published', { timeout: LONG_MS }, () => {
    fc.assert(
      fc.property(publications, (content) => {
        expect(invalidities(fhirOfView(viewOf(content)))).toEqual([]);
        expect(invalidities(fhirOfPublication(content, 'i1'))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('contains what it speaks of, and speaks of what it contains', () => {
    fc.assert(
      fc.property(publications, (content) => {
        const report = fhirOfView(viewOf(content));
        const spokenOf = JSON.stringify(report).match(/(?<="reference":"#)[\w-]+/g) ?? [];
        const contained = (report.contained ?? []).map(({ id: one }) => one);
        expect(new Set(spokenOf)).toEqual(new Set(contained));
        expect(new Set(contained).size).toBe(contained.length);
      }),
    );
  });

  it('names the patient by the id of the platform and the masked name, and says no more of them', () => {
    const text = JSON.stringify(fhirOfView(viewOf(blood)));
    expect(text).toContain('"value":"pt1"');
    expect(text).not.toMatch(/张三|410425196105040028|1961|female/);
  });

  it('says each value with its UCUM unit, its band and what it means', () => {
    expect(fhirOfView(viewOf(blood)).contained?.[0]).toMatchObject({
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '6690-2' }], text: '白细胞' },
      valueQuantity: { value: 12.3, unit: '10^9/L', system: 'http://unitsofmeasure.org', code: '10*9/L' },
      interpretation: [{ coding: [{ code: 'H' }] }],
      referenceRange: [{ low: { value: 3.5 }, high: { value: 9.5 } }],
    });
  });
});

describe('what is read of FHIR R4', () => {
  it('is what was written: nothing is lost on the way there and back', () => {
    fc.assert(
      fc.property(publications, (content) => {
        const [row, ...more] = readFhir(JSON.parse(JSON.stringify(fhirOfPublication(content, 'i1'))));
        expect(row).toEqual({ publication: content });
        expect(more).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it.each(Object.entries(MUTATIONS))('is refused with %s, by others as by us', (_, mutate) => {
    const resource = mutated(mutate);
    expect(invalidities(resource)).not.toEqual([]);
    const [row] = readFhir(resource);
    expect(row?.faults?.[0]?.path).toMatch(/^DiagnosticReport/);
  });

  it.each<readonly [string, object, string]>([
    ['a reference to nothing', { result: [{ reference: '#gone' }] }, 'DiagnosticReport.result[0].reference'],
    ['no patient', { subject: { display: '张三' } }, 'DiagnosticReport.subject.identifier.value'],
    ['a section that is no report of ours', { category: [{ text: '护理' }] }, 'DiagnosticReport.category'],
    ['no time of examination', { effectiveDateTime: undefined }, 'DiagnosticReport.effective'],
    [
      'a file that was not uploaded',
      { presentedForm: [{ contentType: 'application/pdf', title: 'a', data: 'AA==' }] },
      'DiagnosticReport.presentedForm[0].url',
    ],
    [
      'a modifier, which may turn its meaning',
      { modifierExtension: [{ url: 'x' }] },
      'DiagnosticReport.modifierExtension',
    ],
  ])('is refused with %s, at its place', (_, part, path) => {
    const [row] = readFhir(JSON.parse(JSON.stringify({ ...fhirOfPublication(blood, 'i1'), ...part })));
    expect(row?.faults?.map((fault) => fault.path)).toEqual([path]);
    const outcome = operationOutcome(row?.faults ?? []);
    expect(outcome.issue[0]).toMatchObject({ severity: 'error', expression: [path] });
    expect(invalidities(outcome)).toEqual([]);
  });

  it('names the faulty value by where it stands', () => {
    const report = fhirOfPublication(blood, 'i1');
    const [, second] = report.contained ?? [];
    const contained = (report.contained ?? []).map((one) =>
      one === second ? { ...one, valueString: undefined } : one,
    );
    const [row] = readFhir(JSON.parse(JSON.stringify({ ...report, contained })));
    expect(row?.faults?.map(({ path }) => path)).toEqual(['DiagnosticReport.result[1].resolve().value']);
  });

  it.each([
    [
      'critical beside a code of the sender’s own',
      [{ coding: [{ code: '↑↑' }, { code: 'HH' }] }],
      'CRITICAL_HIGH',
    ],
    [
      'critical after a milder word',
      [{ coding: [{ code: 'A' }] }, { coding: [{ code: 'LL' }] }],
      'CRITICAL_LOW',
    ],
    ['in the first word of two that are not critical', [{ coding: [{ code: 'L' }, { code: 'A' }] }], 'LOW'],
  ])('says what a value means %s', (_, interpretation, flag) => {
    const report = fhirOfPublication(blood, 'i1');
    const contained = (report.contained ?? []).map((one) => ({ ...one, interpretation }));
    const [row] = readFhir(JSON.parse(JSON.stringify({ ...report, contained })));
    expect(row).toMatchObject({ publication: { results: [{ flag }, {}] } });
  });

  it.each(['cancelled', 'entered-in-error'])('does not say what an observation said that is %s', (status) => {
    const report = fhirOfPublication(blood, 'i1');
    const [first, ...others] = report.contained ?? [];
    const contained = [{ ...first, status }, ...others];
    const [row] = readFhir(JSON.parse(JSON.stringify({ ...report, contained })));
    expect(row).toMatchObject({ publication: { results: [{ code: 'HBsAg' }] } });
  });

  it('may be a bundle of another system: references by address, panels, its own codes, a day for a time', () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          fullUrl: 'urn:uuid:1',
          resource: {
            resourceType: 'Patient',
            identifier: [
              { value: 'MRN-1' },
              { system: 'urn:oid:2.16.156.10011.1.3', value: '410425196105040028' },
            ],
            name: [{ family: '张', given: ['三'] }],
          },
        },
        {
          resource: {
            resourceType: 'DiagnosticReport',
            identifier: [{ value: 'X-1' }],
            status: 'corrected',
            category: [{ coding: [{ code: 'HM' }] }],
            code: { coding: [{ code: 'CBC', display: '血常规' }] },
            subject: { reference: 'urn:uuid:1' },
            effectiveDateTime: '2026-03-02',
            issued: '2026-03-02T10:10:00+08:00',
            result: [{ reference: 'Observation/panel' }],
          },
        },
        {
          resource: {
            resourceType: 'Observation',
            id: 'panel',
            status: 'final',
            code: { text: '血常规' },
            hasMember: [{ reference: 'Observation/crp' }, { reference: 'Observation/ana' }],
          },
        },
        {
          resource: {
            resourceType: 'Observation',
            id: 'crp',
            status: 'final',
            code: { coding: [{ code: 'CRP', display: 'C反应蛋白' }] },
            valueQuantity: { value: 0.5, comparator: '<', code: 'mg/L' },
            interpretation: [{ coding: [{ code: 'AA' }] }],
          },
        },
        {
          resource: {
            resourceType: 'Observation',
            id: 'ana',
            status: 'final',
            code: { coding: [{ code: 'ANA', display: '抗核抗体' }] },
            valueRatio: { numerator: { value: 1 }, denominator: { value: 80 } },
          },
        },
      ],
    };
    expect(invalidities(bundle)).toEqual([]);
    const [row] = readFhir(bundle);
    expect(row).toMatchObject({
      publication: {
        reportNumber: 'X-1',
        patient: { name: '张三', idNumber: '410425196105040028' },
        status: 'AMENDED',
        kind: 'LABORATORY',
        effectiveAt: '2026-03-01T16:00:00.000Z',
        issuedAt: '2026-03-02T02:10:00.000Z',
        results: [
          { code: 'CRP', name: 'C反应蛋白', value: '<0.5', unit: 'mg/L', flag: 'CRITICAL_HIGH' },
          { code: 'ANA', name: '抗核抗体', value: '1:80' },
        ],
      },
    });
  });

  it('is refused with panels in panels without end', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `panel-${index}`);
    const panels = ids.map((id, index) => ({
      ...{ resourceType: 'Observation', id, status: 'final', code: { text: '血常规' } },
      hasMember: [{ reference: `#${ids[index + 1] ?? 'gone'}` }],
    }));
    const report = { ...fhirOfPublication(blood, 'i1'), result: [{ reference: `#${ids[0]}` }] };
    const [row] = readFhir({ ...report, contained: panels });
    expect(row?.faults?.map(({ code }) => code)).toEqual(['not_found']);
  });

  it('is a row for each report, and one that is faulty hurts no other', () => {
    const good = fhirOfPublication(blood, 'i1');
    const rows = readFhir({
      resourceType: 'Bundle',
      entry: [{ resource: { ...good, status: 'done' } }, { resource: good }],
    });
    expect(rows.map(({ faults }) => faults?.map(({ path }) => path))).toEqual([
      ['DiagnosticReport.status'],
      undefined,
    ]);
    expect(readFhir({ resourceType: 'Bundle', entry: [] })[0]?.faults?.[0]?.path).toBe('Bundle.entry');
  });
});

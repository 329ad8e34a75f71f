import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { addDays, type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { type Person, resident, staff } from '../support/people.ts';
import type { Journey } from './journey.ts';

const TOWN = 'hc-410425101';
const OTHER_TOWN = 'hc-410425102';
const COUNTY = 'jiaxian-people-hospital';
const TCM = 'jiaxian-tcm-hospital';
const ENDOCRINE = 'dept-jxrm-0307';
const ZHANG = { name: '张卫国', idNumber: '410425195803129819' };
const LI = { name: '李娜娜', idNumber: '410425198807219823' };
const CHILD = { name: '张小雨', idNumber: '410425201905049842' };
const NOBODY = { name: '无名氏', idNumber: '410425197001019816' };

interface Outcome {
  readonly outcome: string;
  readonly reportId: string;
  readonly matched: boolean;
  readonly code?: string;
}
interface Listed {
  readonly reports: readonly {
    readonly reportId: string;
    readonly title?: string;
    readonly release: string;
  }[];
}
interface Shown {
  readonly status: string;
  readonly version: number;
  readonly conclusion?: string;
}
interface Access {
  readonly role: string;
  readonly purpose: string;
  readonly institutionId?: string;
  readonly subject: { readonly kind: string; readonly id: string };
}

/** Reports in 郏县: published, amended, read and refused, released in person, critical, recognised, and who looked. */
export async function journey({ city, step }: Journey): Promise<void> {
  const now = (): Promise<string> => city.clock.now();
  const today = async (): Promise<Day> => dayOf(await now());
  await step('a new day begins in 郏县; the clock is moved to 08:00', async () =>
    city.clock.to(instantAt(addDays(await today(), 1), '08:00')),
  );
  const laboratory = staff(city, 'jxrm-lis');
  const family = staff(city, 'zhongtou-doctor');
  const otherTown = staff(city, 'anliang-doctor');
  const tcm = staff(city, 'jxzy-acupuncture');
  const endocrine = staff(city, 'jxrm-endocrine');
  const cardiology = staff(city, 'jxrm-cardiology');
  const clerk = staff(city, 'jxrm-clerk');
  const admin = staff(city, 'zhongtou-admin');
  const { zhang, li, stranger } = await step('residents open the mini-program', async () => ({
    zhang: await resident(city, 'demo-zhang-wei'),
    li: await resident(city, 'demo-li-na'),
    stranger: await resident(city, 'demo-yang-lei'),
  }));

  const publish = async (...reports: readonly object[]): Promise<readonly Outcome[]> =>
    (
      await laboratory.send<{ rows: Outcome[] }>('POST', `/report/institutions/${COUNTY}/reports`, {
        reports,
      })
    ).rows;
  const one = (rows: readonly Outcome[]): Outcome => {
    const [row] = rows;
    assert.ok(row !== undefined);
    assert.equal(row.outcome, 'PUBLISHED', row.code);
    return row;
  };
  const base = async (number: string, more: object = {}): Promise<object> => ({
    reportNumber: number,
    version: 1,
    issuedAt: await now(),
    effectiveAt: await now(),
    status: 'FINAL',
    kind: 'LABORATORY',
    patient: ZHANG,
    examination: { code: 'BIOCHEM', name: '生化全套' },
    // An attending physician whose head of department has an account in the demo city.
    order: { practitionerId: 'doc-jxrm-05', departmentId: ENDOCRINE },
    results: [{ code: 'GLU', name: '葡萄糖', value: 7.4, unit: 'mmol/L', low: 3.9, high: 6.1 }],
    ...more,
  });
  const home = (patientId: string, reportId = '', more = ''): string =>
    ['', 'report', 'patients', patientId, 'reports', reportId, more]
      .filter((part, i) => i === 0 || part !== '')
      .join('/');
  const desk = (institutionId: string, patientId: string, reportId = ''): string =>
    `/report/institutions/${institutionId}/patients/${patientId}/reports${reportId === '' ? '' : `/${reportId}`}?purpose=TREATMENT`;
  const blind = async (by: Person, institutionId: string, reportId: string): Promise<void> => {
    const path = desk(institutionId, zhang.patientId, reportId);
    const real = await by.refused('GET', path, 'REPORT_NOT_FOUND', 404);
    const none = await by.refused(
      'GET',
      path.replace(reportId, 'none0000000000000000'),
      'REPORT_NOT_FOUND',
      404,
    );
    assert.deepEqual({ ...real, requestId: '' }, { ...none, requestId: '' });
    assert.deepEqual(await by.get(desk(institutionId, zhang.patientId)), { reports: [] });
  };

  // ---- published, amended, repeated

  const first = await base('LIS-0001');
  const { reportId } = await step('the county’s laboratory publishes 张卫国’s biochemistry', async () =>
    one(await publish(first)),
  );
  await step(
    'it sends it again, and a contradiction under the same version, and a broken row: only its own row is hurt',
    async () => {
      const rows = await publish(
        first,
        { ...first, conclusion: '另一内容' },
        { reportNumber: '?' },
        await base('LIS-0002', { patient: NOBODY }),
      );
      assert.deepEqual(
        rows.map(({ outcome, code }) => code ?? outcome),
        ['REPEATED', 'REPORT_CONFLICT', 'ROW_INVALID', 'PUBLISHED'],
      );
      assert.equal(rows[3]?.matched, false);
    },
  );
  await step(
    'it amends it; a late older version comes afterwards and replaces nothing; every version is kept',
    async () => {
      one(await publish({ ...first, version: 3, status: 'AMENDED', conclusion: '复核后更正' }));
      const [late] = await publish({ ...first, version: 2, status: 'AMENDED', conclusion: '迟到的版本' });
      assert.equal(late?.outcome, 'OLDER');
      const shown = await zhang.get<Shown>(home(zhang.patientId, reportId));
      assert.deepEqual([shown.status, shown.version, shown.conclusion], ['AMENDED', 3, '复核后更正']);
      const { editions } = await zhang.get<{ editions: Shown[] }>(
        home(zhang.patientId, reportId, 'editions'),
      );
      assert.deepEqual(
        editions.map(({ version }) => version),
        [3, 2, 1],
      );
    },
  );

  // ---- who reads

  await step('张卫国 lists and reads it; another resident is told the same as of nobody’s', async () => {
    const { reports } = await zhang.get<Listed>(home(zhang.patientId));
    assert.equal(reports[0]?.title, '生化全套');
    const real = await stranger.refused('GET', home(zhang.patientId, reportId), 'FORBIDDEN', 403);
    const none = await stranger.refused('GET', home('nobody00', reportId), 'FORBIDDEN', 403);
    assert.deepEqual({ ...real, requestId: '' }, { ...none, requestId: '' });
  });
  await step('李娜娜 reads her daughter’s, whose guardian she is, and 张卫国 cannot', async () => {
    const childs = one(await publish(await base('LIS-0003', { patient: CHILD })));
    const { patients } = await li.get<{ patients: { patientId: string; relation: string }[] }>(
      '/identity/account/patients',
    );
    const found = await Promise.all(
      patients
        .filter(({ relation }) => relation === 'GUARDIAN')
        .map(async ({ patientId }) =>
          (await li.get<Listed>(home(patientId))).reports.map((report) => ({ patientId, ...report })),
        ),
    );
    const [ward] = found.flat();
    assert.equal(ward?.reportId, childs.reportId);
    await zhang.refused('GET', home(ward?.patientId ?? '', childs.reportId), 'FORBIDDEN', 403);
  });
  await step(
    'his signed family doctor and the ordering department read it; other doctors are told there is none',
    async () => {
      assert.equal((await family.get<Shown>(desk(TOWN, zhang.patientId, reportId))).version, 3);
      assert.equal((await endocrine.get<Shown>(desk(COUNTY, zhang.patientId, reportId))).version, 3);
      await blind(otherTown, OTHER_TOWN, reportId);
      await blind(cardiology, COUNTY, reportId);
      await blind(tcm, TCM, reportId);
    },
  );
  await step(
    'he withdraws the consent: at once there is nothing for the family doctor; he gives it again',
    async () => {
      const path = `/report/patients/${zhang.patientId}/consents/SIGNED`;
      await zhang.send('PUT', path, { granted: false });
      await blind(family, TOWN, reportId);
      await zhang.send('PUT', path, { granted: true });
      await family.get(desk(TOWN, zhang.patientId, reportId));
    },
  );
  await step(
    'the family doctor refers him to the county’s cardiology: with the referral open, it reads too',
    async () => {
      const referral = await family.send<{ referralId: string }>(
        'POST',
        `/referral/patients/${zhang.patientId}/referrals`,
        {
          toInstitutionId: COUNTY,
          toDepartmentId: 'dept-jxrm-0304',
          criteria: ['BEYOND_CAPABILITY'],
          diagnosis: { icd10: 'I10.x00', text: '高血压' },
          history: '血压控制不佳',
          attachments: [{ kind: 'REPORT', id: reportId }],
          consent: { by: 'PATIENT', form: 'WRITTEN', on: await today() },
        },
      );
      await blind(cardiology, COUNTY, reportId);
      const path = `/referral/institutions/${TOWN}/patients/${zhang.patientId}/referrals/${referral.referralId}`;
      await staff(city, 'zhongtou-referral').send('POST', `${path}/gate-decision`, { decision: 'APPROVE' });
      await city.clock.advance('PT1S');
      await cardiology.get(desk(COUNTY, zhang.patientId, reportId));
      await zhang.send('PUT', `/report/patients/${zhang.patientId}/consents/REFERRAL`, { granted: false });
      await blind(cardiology, COUNTY, reportId);
    },
  );
  await step('a hospital that he names himself reads, and no longer when he takes it back', async () => {
    const path = `/report/patients/${zhang.patientId}/consents/INSTITUTION`;
    await zhang.send('PUT', path, { granted: true, holderId: TCM });
    await tcm.get(desk(TCM, zhang.patientId, reportId));
    await zhang.send('PUT', path, { granted: false, holderId: TCM });
    await blind(tcm, TCM, reportId);
  });

  // ---- a file, and a trend

  await step('an electrocardiogram comes with its picture; the link to it expires', async () => {
    const bytes = Buffer.from('%PDF-1.7 ECG');
    const upload = await laboratory.send<{ fileId: string; url: string; headers: Record<string, string> }>(
      'POST',
      `/report/institutions/${COUNTY}/report-files`,
      {
        contentType: 'application/pdf',
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      },
    );
    assert.equal(
      (await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: bytes })).status,
      200,
    );
    const ecg = one(
      await publish(
        await base('ECG-0001', {
          kind: 'ECG',
          examination: { code: 'ECG-12', name: '常规心电图' },
          results: [],
          files: [{ fileId: upload.fileId, title: '心电图', contentType: 'application/pdf' }],
        }),
      ),
    );
    const { url } = await zhang.get<{ url: string }>(
      home(zhang.patientId, ecg.reportId, `files/${upload.fileId}`),
    );
    assert.equal(await (await fetch(url)).text(), bytes.toString());
    await city.clock.advance('PT5M');
    assert.equal((await fetch(url)).status, 403);
  });
  await step('his glucose of three days, one in mg/dL, comes back as one line ready to plot', async () => {
    const value = (number: string, effectiveAt: string, amount: number, unit: string) =>
      base(number, { effectiveAt, results: [{ code: 'GLU', name: '葡萄糖', value: amount, unit }] });
    const before = async (days: number): Promise<string> => instantAt(addDays(await today(), -days), '08:00');
    await publish(
      await value('LIS-0004', await before(20), 8.8, 'mmol/L'),
      await value('LIS-0005', await before(10), 144, 'mg/dL'),
    );
    const { series } = await zhang.get<{ series: { unit: string; points: { value: number }[] }[] }>(
      `/report/patients/${zhang.patientId}/trends/GLU`,
    );
    assert.deepEqual(
      series.map(({ unit, points }) => [unit, points.map(({ value: amount }) => amount)]),
      [['mmol/L', [8.8, 7.992, 7.4]]],
    );
  });

  // ---- released in person

  await step(
    'a syphilis serology is announced “at the counter”, and opens when a clerk has seen the card',
    async () => {
      const { reportId: secret } = one(
        await publish(
          await base('LIS-0006', { examination: { code: 'TPPA', name: '梅毒螺旋体抗体' }, results: [] }),
        ),
      );
      const line = async () =>
        (await zhang.get<Listed>(home(zhang.patientId))).reports.find((report) => report.reportId === secret);
      assert.deepEqual([(await line())?.release, (await line())?.title], ['AT_COUNTER', undefined]);
      await zhang.refused('GET', home(zhang.patientId, secret), 'RELEASED_IN_PERSON', 409);
      await blind(family, OTHER_TOWN, secret).catch(() => {});
      await family.refused('GET', desk(TOWN, zhang.patientId, secret), 'REPORT_NOT_FOUND', 404);
      const path = `/report/institutions/${COUNTY}/reports/${secret}/release`;
      await clerk.refused('POST', path, 'CARD_MISMATCH', 422, { idNumber: LI.idNumber });
      await clerk.send('POST', path, { idNumber: ZHANG.idNumber });
      await zhang.get(home(zhang.patientId, secret));
      await family.refused('GET', desk(TOWN, zhang.patientId, secret), 'REPORT_NOT_FOUND', 404);
    },
  );

  // ---- critical

  await step(
    'a potassium of 7.1 starts the clock; nobody answers for 10 minutes; the head of the department does',
    async () => {
      const { reportId: critical } = one(
        await publish(
          await base('LIS-0007', {
            results: [{ code: 'K', name: '钾', value: 7.1, unit: 'mmol/L', low: 3.5, high: 5.3 }],
          }),
        ),
      );
      const path = `/report/institutions/${COUNTY}/critical-values`;
      const { criticalValues: before } = await endocrine.get<{ criticalValues: object[] }>(path);
      assert.deepEqual(before, []);
      await endocrine.refused('POST', `${path}/${critical}/acknowledgement`, 'CRITICAL_NOT_FOUND', 404);
      await city.clock.advance('PT10M');
      const { criticalValues } = await endocrine.get<{
        criticalValues: { reportId: string; escalations: number }[];
      }>(path);
      assert.deepEqual(
        criticalValues.map((value) => [value.reportId, value.escalations]),
        [[critical, 1]],
      );
      await cardiology.refused('POST', `${path}/${critical}/acknowledgement`, 'CRITICAL_NOT_FOUND', 404);
      await endocrine.send('POST', `${path}/${critical}/acknowledgement`);
      await city.clock.advance('PT1H');
      await endocrine.send('POST', `${path}/${critical}/resolution`, { measure: '静推葡萄糖酸钙，复查血钾' });
      const { criticalValues: after } = await endocrine.get<{ criticalValues: object[] }>(path);
      assert.deepEqual(after, []);
    },
  );

  // ---- recognition

  await step(
    'his family doctor is about to ask for the same again: the county’s result counts and is used',
    async () => {
      const path = `/report/institutions/${TOWN}/patients/${zhang.patientId}`;
      const { offers } = await family.send<{ offers: { reportId: string; scope: string }[] }>(
        'POST',
        `${path}/examination-checks`,
        { codes: ['BIOCHEM'] },
      );
      assert.ok(offers.some((offer) => offer.reportId === reportId && offer.scope === 'ALLIANCE'));
      const refusal = await family.refused('POST', `${path}/examination-orders`, 'REPEAT_NEEDS_REASON', 422, {
        code: 'BIOCHEM',
      });
      assert.equal(refusal.reasons?.filter(({ code }) => code === 'PERMITTED_REASON').length, 6);
      await family.send('POST', `${path}/examination-orders`, { code: 'BIOCHEM', recognises: reportId });
    },
  );
  await step(
    'with a reason of the regulation it is examined again; both are counted, with the 口径',
    async () => {
      const path = `/report/institutions/${TOWN}/patients/${zhang.patientId}/examination-orders`;
      await family.send('POST', path, { code: 'BIOCHEM', repeatReason: 'CONDITION_CHANGED' });
      const month = (await today()).slice(0, 7);
      const counted = await admin.get<{ recognised: number; repeated: number; meaning: string }>(
        `/report/institutions/${TOWN}/recognition-counts?from=${month}&until=${month}`,
      );
      assert.deepEqual([counted.recognised, counted.repeated], [1, 1]);
      assert.match(counted.meaning, /互认/);
    },
  );

  // ---- who looked

  await step(
    '张卫国 sees who looked, from where, in which role and why; and nobody who was refused',
    async () => {
      const reads: Access[] = [];
      let after: string | undefined;
      do {
        const query = after === undefined ? '' : `?after=${after}`;
        const path = `/identity/patients/${zhang.patientId}/accesses${query}`;
        const page = await zhang.get<{ accesses: Access[]; next?: string }>(path);
        reads.push(...page.accesses);
        after = page.next;
      } while (after !== undefined);
      const seen = (role: string, institutionId: string | undefined, purpose: string): boolean =>
        reads.some(
          (access) =>
            access.role === role && access.institutionId === institutionId && access.purpose === purpose,
        );
      assert.ok(seen('resident', undefined, 'self-or-guardian'));
      assert.ok(seen('family-doctor', TOWN, 'signed-team:treatment'));
      assert.ok(seen('practitioner', COUNTY, 'treating:treatment'));
      assert.ok(seen('practitioner', COUNTY, 'open-referral:treatment'));
      assert.ok(seen('practitioner', TCM, 'consented-institution:treatment'));
      assert.ok(seen('report-publisher', COUNTY, 'report-final'));
      assert.ok(seen('family-doctor', TOWN, 'report-examination-refused'));
      assert.ok(!reads.some(({ institutionId }) => institutionId === OTHER_TOWN));
    },
  );
}

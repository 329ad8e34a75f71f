import { strict as assert } from 'node:assert';
import { addDays, type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { resident, staff } from '../support/people.ts';
import type { Journey } from './journey.ts';

const TOWN = 'hc-410425101';
const COUNTY = 'jiaxian-people-hospital';
const VISITS = 12;

interface Shown {
  readonly referralId: string;
  readonly status: string;
  readonly number?: { readonly appointmentId: string; readonly day: Day; readonly startsAt: string };
  readonly summaries: readonly unknown[];
}

/** A year of returns (定期转诊): apart from `referral`, since the laptop has to live through every day of it. */
export async function journey({ city, step }: Journey): Promise<void> {
  const wang = await resident(city, 'demo-wang-fang');
  const doctor = staff(city, 'zhongtou-doctor');
  const town = staff(city, 'zhongtou-referral');
  const county = staff(city, 'jxrm-referral');
  const endocrinologist = staff(city, 'jxrm-endocrine');
  const home = `/referral/patients/${wang.patientId}/referrals`;
  const first = addDays(dayOf(await city.clock.now()), 1);
  await city.clock.to(instantAt(first, '08:00'));

  const referralId = await step('a family doctor asks for a return each month, for a year', async () => {
    const application = {
      toInstitutionId: COUNTY,
      toDepartmentId: 'dept-jxrm-0307',
      toPractitionerId: 'doc-jxrm-04',
      criteria: ['HIGHER_EXAM'],
      diagnosis: { icd10: 'E11.900', text: '2型糖尿病' },
      history: '每月复查',
      attachments: [{ kind: 'REPORT', id: 'report-1' }],
      consent: { by: 'PATIENT', form: 'WRITTEN', on: first },
      standing: { intervalDays: 30, count: VISITS, until: addDays(first, 365) },
    };
    const { referralId: id } = await doctor.send<Shown>('POST', home, application);
    const at = (institutionId: string): string =>
      `/referral/institutions/${institutionId}/patients/${wang.patientId}/referrals/${id}`;
    await town.send('POST', `${at(TOWN)}/gate-decision`, { decision: 'APPROVE' });
    await county.send('POST', `${at(COUNTY)}/centre-decision`, { decision: 'ACCEPT' });
    return id;
  });
  const now = async (status: string): Promise<Shown> => {
    await city.clock.advance('PT1S');
    const shown = await wang.get<Shown>(`${home}/${referralId}`);
    assert.equal(shown.status, status);
    return shown;
  };
  for (let visit = 1; visit <= VISITS; visit += 1) {
    await step(`visit ${visit} books itself, is confirmed, and ends with its summary`, async () => {
      const { number } = await now('RESERVED');
      const appointment = `/booking/patients/${wang.patientId}/appointments/${number?.appointmentId}`;
      await wang.send('POST', `${appointment}/confirm`);
      await city.clock.to(new Date(Date.parse(number?.startsAt ?? '') - 30 * 60_000).toISOString());
      await wang.send('POST', `${appointment}/check-in`);
      await now('ARRIVED');
      await endocrinologist.send(
        'POST',
        `/referral/institutions/${COUNTY}/patients/${wang.patientId}/referrals/${referralId}/completion`,
        { diagnosis: { icd10: 'E11.900', text: '2型糖尿病' }, summary: `第${visit}次复查，血糖平稳` },
      );
      const { summaries } = await now(visit === VISITS ? 'COMPLETED' : 'BETWEEN_VISITS');
      assert.equal(summaries.length, visit);
      if (visit < VISITS) await city.clock.to(instantAt(addDays(number?.day ?? first, 20), '08:05'));
    });
  }
}

import { strict as assert } from 'node:assert';
import {
  CARDIOLOGY,
  COMPLETION,
  COUNTY,
  type County,
  deskPath,
  homePath,
  nothingIsHeld,
  type Shown,
  VILLAGE,
} from './county.ts';
import { decide, offered } from './states.ts';

const PROVINCE = { toInstitutionId: 'henan-provincial-hospital', toDepartmentId: 'dept-hn-0304' };

/** What is refused, and what goes in without asking. */
export async function otherWays(county: County): Promise<void> {
  const { step, wang, zhang } = county;
  await step('the centre’s answer comes a day late: it is refused', async () => {
    const id = await offered(county, zhang);
    await county.city.clock.advance('PT24H');
    const late = deskPath(COUNTY, zhang, id, 'centre-decision');
    await county.staff('jxrm-referral').refused('POST', late, 'WRONG_STATE', 409, { decision: 'ACCEPT' });
  });
  await step('the centre declines; the specialty is free for another application', async () => {
    const id = await offered(county, wang);
    await decide(county, wang, id, { decision: 'DECLINE', reason: '经办说明' });
    await county.expect(wang, id, 'DECLINED');
  });
  await step(
    'a second application for the same specialty, and one out of the area, are refused',
    async () => {
      const id = await county.apply(wang);
      const doctor = county.staff('zhongtou-doctor');
      const again = await doctor.refused(
        'POST',
        homePath(wang),
        'OPEN_REFERRAL',
        409,
        await county.application(),
      );
      assert.equal(again.context?.['referralId'], id);
      const far = await county.application({ ...PROVINCE, outsideReason: '本市无法开展' });
      const refusal = await doctor.refused('POST', homePath(wang), 'APPLICATION_REFUSED', 422, far);
      assert.deepEqual(
        refusal.reasons?.map(({ code }) => code),
        ['OUT_OF_AREA_TITLE'],
      );
      await wang.send('POST', homePath(wang, id, 'withdrawal'), { reason: '不去了' });
    },
  );
  await emergencies(county);
}

/** They skip the gate, are never declined, and are sent in by silence. */
async function emergencies(county: County): Promise<void> {
  const { city, step, liu: who, take } = county;
  const sendIn = async (): Promise<string> => {
    const body = await county.application({
      toDepartmentId: CARDIOLOGY,
      criteria: ['CRITICAL'],
      toPractitionerId: undefined,
    });
    const path = `/referral/institutions/${VILLAGE}/patients/${who.patientId}/emergencies`;
    const { referralId, status } = await county.staff('zhongtou-village').send<Shown>('POST', path, body);
    assert.equal(status, 'OFFERED');
    return referralId;
  };
  await step(
    'an emergency skips the gate and cannot be declined; nobody answers, and he is sent in',
    async () => {
      const id = await sendIn();
      const path = deskPath(COUNTY, who, id, 'centre-decision');
      const body = { decision: 'DECLINE', reason: '经办说明' };
      await county.staff('jxrm-referral').refused('POST', path, 'EMERGENCY_NOT_DECLINED', 422, body);
      await city.clock.advance('PT1H');
      assert.equal((await county.expect(who, id, 'CONFIRMED')).escalated, true);
      await take({ by: 'jxrm-clerk', where: COUNTY, who, id, verb: 'arrival' });
      await take({ by: 'jxrm-endocrine', where: COUNTY, who, id, verb: 'completion', body: COMPLETION });
      await county.expect(who, id, 'COMPLETED');
    },
  );
  await step('an emergency that never arrives is over after twelve hours', async () => {
    const id = await sendIn();
    await city.clock.advance('PT14H');
    await nothingIsHeld(who, await county.expect(who, id, 'NO_SHOW'));
  });
}

import { strict as assert } from 'node:assert';
import { HOUR, ID, number, place } from '../../support/workflows/referral-places.ts';
import type { Scenario } from '../../support/workflows/scenario.ts';

/** The ways that a referral hopes for. */
export const scenarios: readonly Scenario[] = [
  {
    it: 'goes from the gate to the end of the visit, each step straight after the other',
    happy: true,
    async play(play) {
      play.on('reserve-number', number);
      await play.start(place('GATE'));
      await play.succeed('ask', place('OFFER'));
      await play.succeed('ask', place('NUMBER'));
      assert.deepEqual(play.calls.at(-2), {
        task: 'reserve-number',
        input: {
          patientId: 'pat1',
          reservationId: 'ref1-1',
          institutionId: 'i1',
          departmentId: 'd1',
          holdSeconds: HOUR,
        },
      });
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'CONFIRMATION', number } });
      await play.succeed('ask', place('ARRIVAL'));
      await play.succeed('ask', place('TREATMENT'));
      await play.succeed('ask', place('END'));
      const asked = play.calls.map(({ input }) => (input as { at?: string }).at);
      assert.deepEqual(asked, ['GATE', 'OFFER', undefined, 'CONFIRMATION', 'ARRIVAL', 'TREATMENT']);
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  {
    it: 'holds the number as long as booking does, and a payment that was begun a little longer',
    async play(play) {
      play.on('reserve-number', number);
      play.on('look-up', place('END'));
      await play.start(place('NUMBER'));
      await play.pass('PT1H29M');
      assert.equal((await play.state()).status, 'RUNNING');
      await play.pass('PT2M');
      assert.deepEqual(play.calls.at(-1), { task: 'look-up', input: { ...ID, noNumber: false } });
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  {
    it: 'takes a patient down: the community accepts, and sees them',
    async play(play) {
      play.on('look-up', place('FIRST_VISIT'));
      await play.start(place('OFFER'));
      await play.fail('ask', 'REFERRAL_ELSEWHERE');
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'FIRST_VISIT' } });
      await play.succeed('ask', place('END'));
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  {
    it: 'skips the gate in an emergency, and the number where the ward expects the patient',
    async play(play) {
      play.on('look-up', place('ARRIVAL'));
      await play.start(place('OFFER'));
      await play.fail('ask', 'REFERRAL_ELSEWHERE');
      await play.succeed('ask', place('TREATMENT'));
      await play.succeed('ask', place('END'));
      assert.ok(play.calls.every(({ task }) => task !== 'reserve-number'));
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  {
    it: 'goes round by every institution that reviews',
    async play(play) {
      play.on('look-up', place('GATE'));
      await play.start(place('GATE'));
      await play.fail('ask', 'REFERRAL_ELSEWHERE');
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'GATE' } });
      await play.succeed('ask', place('OFFER'));
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'OFFER' } });
    },
  },
  {
    it: 'waits for papers, and goes back to whoever asked for them',
    async play(play) {
      play.on('look-up', place('DOCUMENTS'), place('OFFER'), place('DOCUMENTS'), place('END'));
      await play.start(place('OFFER'));
      await play.fail('ask', 'REFERRAL_ELSEWHERE');
      await play.succeed('ask');
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'OFFER' } });
      await play.fail('ask', 'REFERRAL_ELSEWHERE');
      await play.fail('ask', 'REFERRAL_ELSEWHERE');
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
];

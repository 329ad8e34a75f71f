import { strict as assert } from 'node:assert';
import { ID, number, place } from '../../support/workflows/referral-places.ts';
import type { Scenario } from '../../support/workflows/scenario.ts';
import { fails } from '../../support/workflows/task-script.ts';

/** Every wait that can end otherwise than hoped: by somebody's word, or by time. */
const WAITS = ['GATE', 'DOCUMENTS', 'OFFER', 'CONFIRMATION', 'ARRIVAL', 'TREATMENT', 'FIRST_VISIT'] as const;

const withdrawn: readonly Scenario[] = WAITS.map((at) => ({
  it: `gives the number back when the referral ends while it waits at ${at}`,
  async play(play) {
    play.on('look-up', place('RELEASE'));
    play.on('release-number', { released: true });
    play.on('settle', place('END'));
    await play.start(place(at));
    await play.fail('ask', 'REFERRAL_ELSEWHERE');
    assert.deepEqual(
      play.calls.slice(-2).map(({ task, input }) => ({ task, input })),
      [
        { task: 'release-number', input: { patientId: 'pat1', reservationId: 'ref1-1' } },
        { task: 'settle', input: ID },
      ],
    );
    assert.equal((await play.state()).status, 'SUCCEEDED');
  },
}));

const expired: readonly Scenario[] = WAITS.map((at) => ({
  it: `looks up what the end of the wait at ${at} has brought, and not a second earlier`,
  async play(play) {
    play.on('look-up', place('END'));
    await play.start(place(at, 90));
    await play.pass('PT89S');
    assert.equal((await play.state()).status, 'RUNNING');
    await play.pass('PT2S');
    assert.deepEqual(play.calls.at(-1), { task: 'look-up', input: { ...ID, noNumber: false } });
    assert.equal((await play.state()).status, 'SUCCEEDED');
  },
}));

const repeated: readonly Scenario[] = WAITS.map((at) => ({
  it: `asks again at ${at} when the table did not answer, or the worker ended without an answer`,
  async play(play) {
    const ended = ['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError'].map(fails);
    play.on('ask', fails('TableUnavailable'), fails('CONFLICT'), ...ended, {});
    await play.start(place(at));
    await play.pass('PT10M');
    assert.equal(play.calls.length, 6);
    assert.equal((await play.state()).status, 'RUNNING');
  },
}));

const rest: readonly Scenario[] = [
  {
    it: 'tells the centre that no number is left, and seeks another one when it accepts again',
    async play(play) {
      play.on('reserve-number', fails('NO_NUMBER_FREE'), number);
      play.on('look-up', place('OFFER'));
      await play.start(place('NUMBER'));
      assert.deepEqual(play.calls[1], { task: 'look-up', input: { ...ID, noNumber: true } });
      await play.succeed('ask', place('NUMBER'));
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'CONFIRMATION', number } });
    },
  },
  {
    it: 'seeks another number when the clinic was called off',
    async play(play) {
      play.on('look-up', place('NUMBER'));
      play.on('reserve-number', number);
      await play.start(place('ARRIVAL'));
      await play.fail('ask', 'REFERRAL_ELSEWHERE');
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'CONFIRMATION', number } });
    },
  },
  {
    it: 'repeats every call that failed in passing',
    async play(play) {
      play.on('reserve-number', fails('Lambda.ServiceException'), number);
      play.on('look-up', fails('TableUnavailable'), place('RELEASE'));
      play.on('release-number', fails('CONFLICT'), { released: true });
      play.on('settle', fails('TableUnavailable'), place('END'));
      await play.start(place('NUMBER'));
      await play.pass('PT20S');
      await play.fail('ask', 'REFERRAL_ELSEWHERE');
      await play.pass('PT1M');
      const tasks = play.calls.map(({ task }) => task);
      for (const task of ['reserve-number', 'look-up', 'release-number', 'settle'])
        assert.equal(tasks.filter((one) => one === task).length, 2);
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  {
    it: 'waits for the end of a payment that is under way before it gives the number back',
    async play(play) {
      play.on('release-number', fails('PAYMENT_UNDER_WAY'), fails('PAYMENT_UNDER_WAY'), { released: true });
      play.on('settle', place('END'));
      await play.start(place('RELEASE'));
      await play.pass('PT9M');
      assert.equal((await play.state()).status, 'RUNNING');
      await play.pass('PT2M');
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  {
    it: 'fails, and is looked into, when something happens that nobody has thought of',
    async play(play) {
      play.on('ask', fails('FieldSealError'));
      await play.start(place('GATE'));
      assert.deepEqual(await play.state(), { status: 'FAILED', error: 'FieldSealError' });
    },
  },
  {
    it: 'has nothing to do where the referral has ended and holds nothing',
    async play(play) {
      await play.start(place('END'));
      assert.equal(play.calls.length, 0);
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
];

export const scenarios: readonly Scenario[] = [...withdrawn, ...expired, ...repeated, ...rest];

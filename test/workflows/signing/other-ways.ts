import { strict as assert } from 'node:assert';
import type { Scenario } from '../../support/workflows/scenario.ts';
import { ID, place } from '../../support/workflows/signing-places.ts';
import { fails } from '../../support/workflows/task-script.ts';

const WAITS = ['REVIEW', 'SIGNATURES', 'PAYMENT', 'RENEWAL'] as const;

/** What passes, no more than six at a time: so often a state is tried again. */
const PASSING = [
  ['TableUnavailable', 'CONFLICT', 'Lambda.TooManyRequestsException'],
  [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
  ],
  ['Lambda.Unknown', 'Sandbox.Timedout', 'Runtime.ExitError'],
] as const;

/** Whatever a wait may come to besides its step. */
const ofWait = (at: (typeof WAITS)[number]): readonly Scenario[] => [
  {
    it: `leaves ${at} when the signing has gone elsewhere, and ends where nothing is left to wait for`,
    async play(play) {
      play.on('look-up', place('END'));
      await play.start(place(at));
      await play.fail('ask', 'SIGNING_ELSEWHERE');
      assert.deepEqual(play.calls.at(-1), { task: 'look-up', input: ID });
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  {
    it: `leaves ${at} when its time is over`,
    async play(play) {
      play.on('look-up', place('END'));
      await play.start(place(at));
      await play.pass('PT59M');
      assert.equal((await play.state()).status, 'RUNNING');
      await play.pass('PT2M');
      assert.deepEqual(play.calls.at(-1), { task: 'look-up', input: ID });
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  ...PASSING.map(
    (errors): Scenario => ({
      it: `asks again at ${at} when the worker fails for a moment: ${errors.join(', ')}`,
      async play(play) {
        play.on('ask', ...errors.map(fails), {});
        await play.start(place(at));
        await play.pass('PT10M');
        assert.equal(play.calls.length, errors.length + 1);
        assert.equal((await play.state()).status, 'RUNNING');
      },
    }),
  ),
];

export const scenarios: readonly Scenario[] = [
  ...WAITS.flatMap(ofWait),
  {
    it: 'goes on where the look-up says that the signing stands',
    async play(play) {
      play.on('look-up', place('SIGNATURES'), place('END'));
      await play.start(place('REVIEW'));
      await play.fail('ask', 'SIGNING_ELSEWHERE');
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'SIGNATURES' } });
      await play.fail('ask', 'SIGNING_ELSEWHERE');
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  ...PASSING.map(
    (errors): Scenario => ({
      it: `looks up again when the worker fails for a moment: ${errors.join(', ')}`,
      async play(play) {
        play.on('look-up', ...errors.map(fails), place('END'));
        await play.start(place('REVIEW'));
        await play.fail('ask', 'SIGNING_ELSEWHERE');
        await play.pass('PT10M');
        assert.equal((await play.state()).status, 'SUCCEEDED');
      },
    }),
  ),
  {
    it: 'ends no signing under the payment that somebody makes: it looks again until that has ended',
    async play(play) {
      play.on('look-up', fails('PAYMENT_UNDER_WAY'), fails('PAYMENT_UNDER_WAY'), place('END'));
      await play.start(place('PAYMENT'));
      await play.pass('PT61M');
      assert.equal((await play.state()).status, 'RUNNING');
      await play.pass('PT15M');
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
];

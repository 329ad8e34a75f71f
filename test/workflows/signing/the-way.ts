import { strict as assert } from 'node:assert';
import type { Scenario } from '../../support/workflows/scenario.ts';
import { ID, place } from '../../support/workflows/signing-places.ts';

/** The ways that a signing hopes for. */
export const scenarios: readonly Scenario[] = [
  {
    it: 'goes from the review over both signatures and the payment into force',
    happy: true,
    async play(play) {
      await play.start(place('REVIEW'));
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'REVIEW' } });
      await play.succeed('ask', place('SIGNATURES'));
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'SIGNATURES' } });
      await play.succeed('ask', place('PAYMENT'));
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'PAYMENT' } });
      await play.succeed('ask', place('END'));
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  {
    it: 'waits for no payment where there is nothing to pay',
    async play(play) {
      await play.start(place('REVIEW'));
      await play.succeed('ask', place('SIGNATURES'));
      await play.succeed('ask', place('END'));
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
  {
    it: 'begins anew with each renewal window, and waits for what the next term costs',
    async play(play) {
      await play.start(place('RENEWAL'));
      assert.deepEqual(play.calls.at(-1), { task: 'ask', input: { ...ID, at: 'RENEWAL' } });
      await play.succeed('ask', place('PAYMENT'));
      await play.succeed('ask', place('END'));
      assert.equal((await play.state()).status, 'SUCCEEDED');
    },
  },
];

import type { Mutant } from './mutant.ts';

const inNotification = (name: string, harm: string, file: string, from: string, to: string): Mutant => ({
  ...{ name, harm, from, to },
  workflow: 'notification',
  file: `functions/notification/${file}.ts`,
});

export const notificationMutants: readonly Mutant[] = [
  inNotification(
    'dead-sender-unnoticed',
    'a message whose sender died is under way for ever',
    'tick-message',
    `      return senderDied(deps, seen);`,
    `      return;`,
  ),
  inNotification(
    'credit-not-spent',
    'one consent is counted on for many messages',
    'send-message',
    `    along: way.channel === 'WECHAT' ? [spendCredit(seen)] : [],`,
    `    along: [],`,
  ),
  inNotification(
    'sent-at-night',
    'a patient is woken by what could have waited',
    'send-message',
    `templateOf(template).urgent !== true && isQuiet(quiet, now);`,
    `templateOf(template).urgent !== true && isQuiet(quiet, now) && now < '2000';`,
  ),
  inNotification(
    'told-twice-after-a-death',
    'what a dead sender may have sent is sent again',
    'tick-message',
    `seen.channel === 'SMS' ? 'AGAIN' : 'UNKNOWN';`,
    `seen.channel === 'SMS' || seen.version > 0 ? 'AGAIN' : 'UNKNOWN';`,
  ),
  inNotification(
    'made-anew-by-a-replay',
    'an event that comes twice is told twice',
    'announce',
    `    if: { $exists: false },\n    timer: { kind: TICK, at: wakeAt },`,
    `    timer: { kind: TICK, at: wakeAt },`,
  ),
];

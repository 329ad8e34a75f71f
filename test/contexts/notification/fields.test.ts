import { describe, expect, it } from 'vitest';
import { type FieldKind, fits, fitted, kindOf, phrase } from '../../../functions/notification/fields.ts';
import { notificationPolicy } from '../../../functions/notification/policy.ts';
import { awake, isQuiet } from '../../../functions/notification/quiet-hours.ts';
import { TEMPLATE_NAMES } from '../../../functions/notification/templates.ts';
import { usualNotification } from '../../../infra/cities/policy/notification.ts';
import { takes } from '../../../infra/local/wechat/message-fields.ts';
import { policyOf } from './scene.ts';

const han = (count: number): string => '医'.repeat(count);

/** Of each kind the last text that fits and the first that does not. */
const BOUNDARIES: readonly (readonly [FieldKind, string, string])[] = [
  ['thing', han(20), han(21)],
  ['thing', '👩‍⚕'.repeat(1) + 'a'.repeat(17), `${'𠮷'.repeat(21)}`],
  ['phrase', han(5), han(6)],
  ['phrase', '已接诊', 'ok'],
  ['name', han(10), han(11)],
  ['name', 'a'.repeat(20), 'a'.repeat(21)],
  ['character_string', 'x'.repeat(32), 'x'.repeat(33)],
  ['character_string', 'A-1', '甲'],
  ['number', '9'.repeat(32), '9'.repeat(33)],
  ['amount', '9999999999.99元', '99999999999元'],
  ['amount', '¥0.01', '0.001元'],
  ['time', '2026年3月6日 09:30', '2026年3月6日 24:00'],
  ['time', '23:59', '2026-03-06 09:30'],
  ['date', '2026年3月6日', '09:30'],
  ['phone_number', '1'.repeat(17), '1'.repeat(18)],
];

describe('a field of WeChat', () => {
  it.each(BOUNDARIES)('%s takes %s and not %s', (kind, good, bad) => {
    expect([fits(kind, good), fits(kind, bad)]).toEqual([true, false]);
    // The stand-in's rules were written by themselves: the two must agree.
    expect([takes(`${kind}1`, good), takes(`${kind}1`, bad)]).toEqual([true, false]);
  });

  it('that is empty fits nowhere', () => {
    for (const [kind] of BOUNDARIES) expect(fits(kind, '')).toBe(false);
  });

  it('is cut by code points, so that no character is halved', () => {
    expect(fitted('thing', '𠮷'.repeat(25))).toBe(`${'𠮷'.repeat(19)}…`);
    expect(fitted('thing', ` 郏县\n 人民医院 `)).toBe('郏县 人民医院');
    expect(fitted('phrase', han(6))).toBeUndefined();
  });

  it('is named by its kind and a number', () => {
    expect(kindOf('character_string12')).toBe('character_string');
    for (const wrong of ['thing', 'thing1x', 'letter1', '1thing']) expect(kindOf(wrong)).toBeUndefined();
  });

  it('of a status is counted by the compiler', () => {
    expect(phrase('五个字为限')).toBe('五个字为限');
    // @ts-expect-error six characters
    phrase('六个字是太多');
  });
});

describe('a city’s templates', () => {
  const faultsOf = (change: object, name = 'APPOINTMENT_BOOKED' as const) => {
    const policy = policyOf();
    const templates = { ...policy.templates, [name]: { ...policy.templates[name], ...change } };
    return notificationPolicy.schema.safeParse({ ...policy, templates }).success;
  };
  const wechat = (keywords: object) => ({ wechat: { templateId: 'laptop-template-0001', keywords } });

  it.each([
    ['a note of twenty characters', { note: han(20) }, true],
    ['a note of twenty-one', { note: han(21) }, false],
    ['two keywords', wechat({ hospital: 'thing1', time: 'time2' }), true],
    ['one keyword', wechat({ hospital: 'thing1' }), false],
    [
      'six keywords',
      wechat({
        hospital: 'thing1',
        department: 'thing2',
        patient: 'thing3',
        doctor: 'thing4',
        time: 'time5',
        note: 'thing6',
      }),
      false,
    ],
    ['a time shown as a thing', wechat({ hospital: 'thing1', time: 'thing2' }), false],
    ['a field that the message does not have', wechat({ hospital: 'thing1', amount: 'amount2' }), false],
    ['a keyword that WeChat does not know', wechat({ hospital: 'letter1', time: 'time2' }), false],
    ['a placeholder that is no field of it', { sms: { templateId: 'SMS_1', params: ['amount'] } }, false],
    ['no channel', { channels: [] }, false],
    ['a channel twice', { channels: ['SMS', 'SMS'] }, false],
    [
      'the id of another template',
      {
        ...wechat({ hospital: 'thing1', time: 'time2' }),
        wechat: { templateId: 'laptop-template-0002', keywords: { hospital: 'thing1', time: 'time2' } },
      },
      false,
    ],
  ])('with %s: taken %s', (_, change, taken) => {
    expect(faultsOf(change)).toBe(taken);
  });

  it('are all there, and name their source', () => {
    for (const { values, source } of usualNotification) {
      expect(Object.keys(values.templates).toSorted()).toEqual([...TEMPLATE_NAMES].toSorted());
      expect(source).toMatch(/微信/);
    }
  });
});

describe('the quiet hours', () => {
  const { quiet } = policyOf();
  /** China is eight hours ahead. */
  const at = (time: string) => `2026-03-02T${time}.000Z`;

  it.each([
    ['13:29:59', '21:29', false],
    ['13:30:00', '21:30', true],
    ['23:59:59', '07:59', true],
    ['00:00:00', '08:00', false],
  ])('at %s UTC, which is %s: quiet %s', (utc, _, quietThen) => {
    expect(isQuiet(quiet, at(utc))).toBe(quietThen);
  });

  it('within a day are quiet between the two', () => {
    const noon = { from: '12:00', until: '14:00', spreadMinutes: 10 } as const;
    expect(['03:59:00', '04:00:00', '05:59:00', '06:00:00'].map((utc) => isQuiet(noon, at(utc)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it.each([
    [{ from: '21:30', until: '08:00', spreadMinutes: 810 }, true],
    [{ from: '21:30', until: '08:00', spreadMinutes: 811 }, false],
    [{ from: '12:00', until: '14:00', spreadMinutes: 1_320 }, true],
    [{ from: '12:00', until: '14:00', spreadMinutes: 1_321 }, false],
    [{ from: '08:00', until: '08:00', spreadMinutes: 1 }, false],
    [{ from: '25:00', until: '08:00', spreadMinutes: 1 }, false],
  ])('%o leave a day to send in: %s', (hours, leave) => {
    expect(notificationPolicy.schema.safeParse({ ...policyOf(), quiet: hours }).success).toBe(leave);
  });

  it('end for each message at a minute of its own, within the hour, never at night', () => {
    const times = Array.from({ length: 2_000 }, (_, n) => awake(quiet, at('15:00:00'), `message-${n}`));
    for (const time of times) {
      expect(isQuiet(quiet, time)).toBe(false);
      expect(time >= '2026-03-03T00:00:00.000Z' && time < '2026-03-03T01:00:00.000Z').toBe(true);
    }
    const inFirstHalf = times.filter((time) => time < '2026-03-03T00:30:00.000Z').length;
    expect(inFirstHalf).toBeGreaterThan(900);
    expect(inFirstHalf).toBeLessThan(1_100);
  });
});

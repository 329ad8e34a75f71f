import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DOWN_CRITERIA, UP_CRITERIA } from '../../../functions/referral/codes.ts';
import { bedOffer, bedRequest } from '../../../functions/referral/contracts.ts';
import { STANDARD, standardOf } from '../../../functions/referral/interoperability.ts';
import { referralPolicy } from '../../../functions/referral/policy.ts';
import {
  type ApplicationQuestion,
  gatesOf,
  isHigher,
  isInsideCombination,
  reasonsAgainst,
} from '../../../functions/referral/rules.ts';
import type { InstitutionPlace, Referral } from '../../../functions/referral/store.ts';
import { wordsFor } from '../../../functions/referral/timeline.ts';
import { ENDED, OPEN, STATUSES, statesBefore, TRANSITIONS } from '../../../functions/referral/transitions.ts';
import { nextReturn, stopOf } from '../../../functions/referral/waits.ts';
import { cityNamed } from '../../support/city-policy.ts';

const place = (
  institutionId: string,
  level: InstitutionPlace['level'],
  ancestors: readonly string[] = [],
  active = true,
): InstitutionPlace => ({ institutionId, level, ancestors, active });

const village = place('village', 'village', ['town', 'county']);
const town = place('town', 'township', ['county']);
const county = place('county', 'secondary');
const city = place('city', 'tertiary');
const reviewLevels = ['community', 'township', 'secondary'] as const;

describe('the gate', () => {
  test.each([
    ['from a village to the county', [village, town, county], county, ['town']],
    ['from a village to the city', [village, town, county], city, ['town', 'county']],
    ['from a town to the city', [town, county], city, ['town', 'county']],
    ['from a county hospital to the city', [county], city, ['county']],
    ['past an institution that is closed', [village, { ...town, active: false }, county], city, ['county']],
    ['from a village that stands right below the county', [village, county], city, ['county']],
  ])('%s is where the tree says', (_, path, target, gates) => {
    expect(gatesOf({ reviewLevels: [...reviewLevels] }, path, target)).toEqual(gates);
  });

  test('is where the city’s policy wants it', () => {
    const hechi = cityNamed('hechi').policy(referralPolicy).at('2026-03-02');
    expect(gatesOf(hechi, [village, town, county], city)).toEqual(['town']);
  });
});

describe('the combination', () => {
  const alliance = {
    allianceId: 'a1',
    leadId: 'city',
    members: [{ institutionId: 'county', joinedOn: '2020-01-01', leftOn: '2026-01-01' }],
    active: true,
    version: 1,
  } as const;

  test('is what stands above the applicant in the tree', () => {
    expect(isInsideCombination(village, 'county', [], '2026-03-02')).toBe(true);
    expect(isInsideCombination(village, 'city', [], '2026-03-02')).toBe(false);
  });

  test('and every institution in an alliance with one of them, as long as it lasts', () => {
    expect(isInsideCombination(village, 'city', [alliance], '2025-12-31')).toBe(true);
    expect(isInsideCombination(village, 'city', [alliance], '2026-01-01')).toBe(false);
    expect(isInsideCombination(village, 'city', [alliance], '2019-12-31')).toBe(false);
    expect(isInsideCombination(village, 'city', [alliance], '2020-01-01')).toBe(true);
    expect(isInsideCombination(village, 'city', [{ ...alliance, active: false }], '2025-12-31')).toBe(false);
  });
});

describe('the transition table', () => {
  test('names states that exist, ends where nothing follows, and lets every open state be withdrawn', () => {
    for (const status of STATUSES) for (const next of TRANSITIONS[status]) expect(STATUSES).toContain(next);
    expect([...OPEN, ...ENDED].toSorted()).toEqual([...STATUSES].toSorted());
    for (const status of OPEN) {
      expect(TRANSITIONS[status]).toContain('WITHDRAWN');
      expect(TRANSITIONS[status]).toContain('DIED');
    }
    expect(statesBefore('ARRIVED')).toEqual(['CONFIRMED']);
  });

  test('is the diagram of the README', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../functions/referral/README.md'), 'utf8');
    const drawn = [...readme.matchAll(/^ {2}([A-Z_]+) --> ([A-Z_]+)$/gm)].map(
      ([, from, to]) => `${from} ${to}`,
    );
    // Every open state leads to these two: the diagram says so in words.
    const table = OPEN.flatMap((from) => TRANSITIONS[from].map((to) => `${from} ${to}`)).filter(
      (arrow) => !/ (WITHDRAWN|DIED)$/.test(arrow),
    );
    expect(drawn.toSorted()).toEqual(table.toSorted());
  });

  test('leads the machine to a stop of its own from every state that waits', () => {
    const stops = OPEN.map((status) => [status, stopOf({ status, owesRelease: false })]);
    expect(Object.fromEntries(stops)).toEqual({
      GATE_REVIEW: 'GATE',
      RETURNED: 'DOCUMENTS',
      OFFERED: 'OFFER',
      ACCEPTED: 'NUMBER',
      RESERVED: 'CONFIRMATION',
      CONFIRMED: 'ARRIVAL',
      ARRIVED: 'TREATMENT',
      IN_TREATMENT: 'TREATMENT',
      FIRST_VISIT: 'FIRST_VISIT',
      BETWEEN_VISITS: 'END',
    });
    for (const status of ENDED) {
      expect(stopOf({ status, owesRelease: true })).toBe('RELEASE');
      expect(stopOf({ status, owesRelease: false })).toBe('END');
    }
  });
});

describe('in the words of others', () => {
  // HL7 BSeR's business statuses as domain documents list them; FHIR R4's value sets.
  const BSER = ['2.0', '3.0', '4.0', '5.1.1', '5.1.2', '5.1.3', '5.1.4', '5.2', '6.0', '7.0'];
  const REQUEST = ['draft', 'active', 'on-hold', 'revoked', 'completed', 'entered-in-error', 'unknown'];
  const TASK = [
    'draft',
    'requested',
    'received',
    'accepted',
    'rejected',
    'ready',
    'cancelled',
    'in-progress',
    'on-hold',
    'failed',
    'completed',
    'entered-in-error',
  ];

  test.each(STATUSES)('%s has a status of BSeR and of FHIR', (status) => {
    const { bser, serviceRequest, task } = STANDARD[status];
    expect(BSER).toContain(bser);
    expect(REQUEST).toContain(serviceRequest);
    expect(TASK).toContain(task);
    const isOver = ['revoked', 'completed'].includes(serviceRequest);
    expect(isOver).toBe(ENDED.includes(status));
  });

  test('an accepted referral whose clinic was called off is “5.1.3 event cancelled”', () => {
    const at = '2026-03-02T00:00:00.000Z';
    expect(
      standardOf({ status: 'ACCEPTED', timeline: [{ at, status: 'ACCEPTED', reason: 'NUMBER_LOST' }] }).bser,
    ).toBe('5.1.3');
    expect(standardOf({ status: 'ACCEPTED', timeline: [{ at, status: 'ACCEPTED' }] }).bser).toBe('3.0');
  });
});

test('the timeline has plain Chinese for every state, up and down', () => {
  for (const direction of ['UP', 'DOWN'] as const)
    for (const status of STATUSES)
      expect(wordsFor({ direction }, { status }, '县医院')).toMatch(/^[\p{Script=Han}，。：、]+$/u);
});

describe('a standing referral', () => {
  const standing = { intervalDays: 30, count: 3, until: '2026-06-01' } as const;
  test.each([
    ['is due an interval after the last visit', 1, '2026-03-05', '2026-04-04'],
    ['ends with its last visit', 3, '2026-03-05', undefined],
    ['ends with its last day', 2, '2026-05-10', undefined],
  ] as const)('%s', (_, round, last, due) => {
    expect(nextReturn({ standing, round } as Pick<Referral, 'standing' | 'round'>, last)).toBe(due);
  });
});

test('a bed will be asked for, and offered, in these words', () => {
  const request = {
    patientId: 'pat1',
    reservationId: 'ref1-1',
    institutionId: 'county',
    departmentId: 'd1',
    urgency: 'GREEN',
    expectedOn: '2026-03-04',
    holdSeconds: 3600,
  };
  expect(bedRequest.safeParse(request).success).toBe(true);
  expect(bedRequest.safeParse({ ...request, name: '某人' }).data).toEqual(request);
  const offer = {
    bedId: 'bed1',
    ward: 'w1',
    admittedOn: '2026-03-04',
    heldUntil: '2026-03-03T00:00:00.000Z',
  };
  expect(bedOffer.safeParse(offer).success).toBe(true);
});

describe('an application', () => {
  const policy = {
    ...cityNamed('demo').policy(referralPolicy).at('2026-03-02'),
    leastAttachments: 1,
    firstVisitNeeded: true,
    outOfArea: { titles: ['associate-chief', 'chief'], levels: ['secondary', 'tertiary'] },
    standing: { mostVisits: 12, mostDays: 365 },
  } as ApplicationQuestion['policy'];
  const up: ApplicationQuestion = {
    policy,
    direction: 'UP',
    urgency: 'ORDINARY',
    criteria: [Object.keys(UP_CRITERIA).find((code) => code !== 'OTHER') ?? ''],
    from: county,
    target: city,
    inside: true,
    outOfArea: false,
    attachments: 1,
    hasFirstVisit: true,
    hasPlan: false,
    pastDays: ['2026-03-02'],
    today: '2026-03-02',
  };
  const down: ApplicationQuestion = {
    ...up,
    direction: 'DOWN',
    criteria: Object.keys(DOWN_CRITERIA).slice(0, 1),
    from: county,
    target: town,
    hasPlan: true,
  };
  const codes = (question: ApplicationQuestion): readonly string[] =>
    reasonsAgainst(question).map(({ code }) => code);
  const standing = { intervalDays: 30, count: 12, until: '2027-03-02' } as const;

  test.each<[string, Partial<ApplicationQuestion>, readonly string[]]>([
    ['that has all it needs', {}, []],
    ['with a criterion nobody knows', { criteria: [...up.criteria, 'NONE'] }, ['CRITERION_UNKNOWN']],
    ['for another reason that is not said', { criteria: ['OTHER'] }, ['CRITERION_TEXT_NEEDED']],
    ['for another reason that is', { criteria: ['OTHER'], criterionText: '病情复杂' }, []],
    ['to a house of the same step', { target: { ...county, institutionId: 'b' } }, ['TARGET_NOT_HIGHER']],
    ['outside the combination', { inside: false }, ['OUTSIDE_REASON_NEEDED']],
    ['outside it, with a reason', { inside: false, outsideReason: '居住地' }, []],
    ['out of the area by nobody with a title', { outOfArea: true }, ['OUT_OF_AREA_TITLE']],
    ['out of the area by an attending', { outOfArea: true, title: 'attending' }, ['OUT_OF_AREA_TITLE']],
    ['out of the area by a chief', { outOfArea: true, title: 'chief' }, []],
    [
      'out of it by a chief of a town',
      { outOfArea: true, title: 'chief', from: town },
      ['OUT_OF_AREA_TITLE'],
    ],
    ['without documents', { attachments: 0 }, ['ATTACHMENTS_MISSING']],
    ['without a first visit', { hasFirstVisit: false }, ['FIRST_VISIT_NEEDED']],
    ['that stands for a year', { standing: { ...standing } }, []],
    ['with a visit too many', { standing: { ...standing, count: 13 } }, ['STANDING_TOO_LONG']],
    ['a day too long', { standing: { ...standing, until: '2027-03-03' } }, ['STANDING_TOO_LONG']],
    ['that ends today', { standing: { ...standing, until: '2026-03-02' } }, []],
    ['that is over', { standing: { ...standing, until: '2026-03-01' } }, ['STANDING_TOO_LONG']],
    ['whose visits reach beyond it', { standing: { ...standing, intervalDays: 34 } }, ['STANDING_TOO_LONG']],
    ['whose visits just fit', { standing: { ...standing, intervalDays: 33 } }, []],
    ['whose last visit is on the last day', { standing: { ...standing, intervalDays: 73, count: 6 } }, []],
  ])('up %s', (_, more, expected) => {
    expect(codes({ ...up, ...more })).toEqual(expected);
  });

  test('up in an emergency needs nothing that takes time, and does not stand', () => {
    const bare = { attachments: 0, hasFirstVisit: false, inside: false, outOfArea: true } as const;
    expect(codes({ ...up, ...bare, urgency: 'EMERGENCY' })).toEqual([]);
    expect(codes({ ...up, urgency: 'EMERGENCY', standing })).toEqual(['STANDING_TOO_LONG']);
  });

  test('says how much there may be', () => {
    const [documents] = reasonsAgainst({ ...up, attachments: 0 });
    expect(documents).toMatchObject({ detail: { least: 1 } });
    const [long] = reasonsAgainst({ ...up, standing: { ...standing, count: 13 } });
    expect(long).toMatchObject({ detail: { mostVisits: 12, mostDays: 365 } });
  });

  test.each<[string, Partial<ApplicationQuestion>, readonly string[]]>([
    ['that has all it needs', {}, []],
    ['with a criterion nobody knows', { criteria: [...down.criteria, 'NONE'] }, ['CRITERION_UNKNOWN']],
    ['from the city to the county', { from: city, target: county }, ['TARGET_NOT_LOWER']],
    ['from a town to a town', { from: town }, ['TARGET_NOT_LOWER']],
    ['without a plan', { hasPlan: false }, ['PLAN_NEEDED']],
    ['by a consent that is still to come', { pastDays: ['2026-03-01', '2026-03-03'] }, ['DAY_AHEAD']],
    ['that would stand', { standing: { ...standing } }, ['STANDING_TOO_LONG']],
  ])('down %s', (_, more, expected) => {
    expect(codes({ ...down, ...more })).toEqual(expected);
  });

  test('down stands for one visit and no longer', () => {
    expect(reasonsAgainst({ ...down, standing: { ...standing } })).toMatchObject([
      { code: 'STANDING_TOO_LONG', detail: { mostVisits: 1, mostDays: 0 } },
    ]);
  });

  test('goes to no authority, which treats nobody', () => {
    expect(isHigher('authority', 'tertiary')).toBe(false);
    expect(isHigher('tertiary', 'secondary')).toBe(true);
  });
});

import { strict as assert } from 'node:assert';
import type { Resident } from '../../support/people.ts';
import { CITY, CITY_CARDIOLOGY, COMPLETION, COUNTY, type County, deskPath, REASON, TOWN } from './county.ts';

/** Who has the right role in another house, by the house that is waited for. */
const ELSEWHERE: Record<string, Record<'desk' | 'doctor', readonly [login: string, house: string]>> = {
  [TOWN]: { desk: ['anliang-admin', 'hc-410425102'], doctor: ['anliang-doctor', 'hc-410425102'] },
  [COUNTY]: { desk: ['pds-referral', CITY], doctor: ['pds-cardiology', CITY] },
  [CITY]: { desk: ['jxrm-referral', COUNTY], doctor: ['jxrm-cardiology', COUNTY] },
};

interface Verb {
  readonly verb: string;
  readonly by: 'desk' | 'doctor';
  readonly bodies: readonly object[];
}

const CENTRE: Verb = {
  verb: 'centre-decision',
  by: 'desk',
  bodies: [
    { decision: 'ACCEPT' },
    { decision: 'ADMIT', expectedOn: '2030-01-01' },
    { decision: 'RETURN', ...REASON },
    { decision: 'DECLINE', ...REASON },
    { decision: 'REROUTE', ...REASON, toInstitutionId: CITY, toDepartmentId: CITY_CARDIOLOGY },
  ],
};
const DONE: Verb = { verb: 'completion', by: 'doctor', bodies: [COMPLETION] };
/** Whatever the referral waits for. */
const DEATH: Verb = { verb: 'death', by: 'doctor', bodies: [{}] };

/** What an institution can do, by the state in which it is its turn. */
const STEPS: Record<string, readonly Verb[]> = {
  GATE_REVIEW: [
    {
      verb: 'gate-decision',
      by: 'desk',
      bodies: [{ decision: 'APPROVE' }, { decision: 'RETURN', ...REASON }, { decision: 'REJECT', ...REASON }],
    },
  ],
  RETURNED: [
    { verb: 'supplement', by: 'doctor', bodies: [{ attachments: [{ kind: 'REPORT', id: 'ecg-1' }] }] },
  ],
  'OFFERED UP': [CENTRE],
  'OFFERED DOWN': [
    {
      verb: 'community-decision',
      by: 'doctor',
      bodies: [{ decision: 'ACCEPT' }, { decision: 'DECLINE', ...REASON }],
    },
  ],
  RESERVED: [],
  CONFIRMED: [{ verb: 'arrival', by: 'desk', bodies: [{}] }],
  ARRIVED: [{ verb: 'treatment', by: 'doctor', bodies: [{}] }, DONE],
  IN_TREATMENT: [DONE],
  FIRST_VISIT: [{ verb: 'first-visit', by: 'doctor', bodies: [{ on: '2026-01-01', findings: '血糖平稳' }] }],
};

/**
 * Somebody with the right role in another house tries all that can be done now, in their own house's name and in this
 * one's, and to read it. Nothing comes of it.
 */
export async function strangersAreRefused(
  county: County,
  { who, id, here }: { readonly who: Resident; readonly id: string; readonly here: string },
): Promise<void> {
  const before = await county.shown(who, id);
  const verbs = STEPS[before.status] ?? STEPS[`${before.status} ${before.direction}`];
  const strangers = ELSEWHERE[here];
  assert.ok(verbs !== undefined && strangers !== undefined, before.status);
  for (const { verb, by, bodies } of [...verbs, DEATH]) {
    const [login, house] = strangers[by];
    const stranger = county.staff(login);
    for (const body of bodies) {
      const [theirs, ours] = [house, here].map((where) => deskPath(where, who, id, verb));
      await stranger.refused('POST', theirs ?? '', 'REFERRAL_NOT_FOUND', 404, body);
      await stranger.refused('POST', ours ?? '', 'FORBIDDEN', 403, body);
    }
  }
  const [login, house] = strangers.doctor;
  await county.staff(login).refused('GET', deskPath(house, who, id), 'REFERRAL_NOT_FOUND', 404);
  const after = await county.shown(who, id);
  assert.deepEqual([after.status, after.timeline], [before.status, before.timeline]);
}

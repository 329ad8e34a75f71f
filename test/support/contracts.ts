import { strict as assert } from 'node:assert';
import type { TestCity } from './city.ts';
import type { Person, Resident } from './people.ts';

/** Contracts with family doctors, as a journey speaks of them. */

export const TOWN = 'hc-410425101';
export const TEAM = 'team-410425101-1';
export const OTHER_TOWN = 'hc-410425102';
export const OTHER_TEAM = 'team-410425102-1';
export const VILLAGE = '410425101201';

export interface Shown {
  readonly signingId: string;
  readonly careTeamId: string;
  readonly status: string;
  readonly round: number;
  readonly term?: { readonly from: string; readonly until: string };
  readonly agreement?: { readonly sha256: string; readonly kind: string; readonly teamSignedAt?: string };
  readonly charge?: { readonly chargeId: string; readonly amountFen: number; readonly status: string };
  readonly entitlements: readonly { readonly itemId: string; readonly left: number }[];
  readonly quote: { readonly grossFen: number; readonly subsidyFen: number; readonly dueFen: number };
  readonly next?: { readonly term: { readonly from: string } };
  readonly endedReason?: string;
}

/** A family doctor, and the house that employs them. */
export interface FamilyDoctor extends Person {
  readonly institutionId: string;
}

export function contractsIn(city: TestCity) {
  const home = ({ patientId }: Resident, signingId = '', step = ''): string =>
    ['/signing/patients', patientId, 'signings', signingId, step].filter((part) => part !== '').join('/');
  const desk = (
    { institutionId }: FamilyDoctor,
    { patientId }: Pick<Resident, 'patientId'>,
    signingId = '',
    step = '',
  ): string =>
    ['/signing/institutions', institutionId, 'patients', patientId, 'signings', signingId, step]
      .filter((part) => part !== '')
      .join('/');
  const shown = (who: Resident, signingId: string): Promise<Shown> => who.get(home(who, signingId));

  /** Events have to reach the machine, and its answer the item: until then the clock stands. */
  const expect = async (who: Resident, signingId: string, status: string): Promise<Shown> => {
    await city.clock.advance('PT1S');
    const now = await shown(who, signingId);
    assert.equal(now.status, status, now.endedReason);
    return now;
  };
  const apply = async (who: Resident, more: object = {}): Promise<string> => {
    const body = { careTeamId: TEAM, divisionCode: VILLAGE, ...more };
    return (await who.send<Shown>('POST', home(who), body)).signingId;
  };
  const review = (doctor: FamilyDoctor, who: Resident, signingId: string, decision = 'APPROVE') =>
    doctor.send<Shown>('POST', desk(doctor, who, signingId, 'review'), { decision });
  /** The agreement that waits, by the hash of what was read; the resident first. */
  const bothSign = async (doctor: FamilyDoctor, who: Resident, signingId: string): Promise<Shown> => {
    const { agreement } = await shown(who, signingId);
    const sha256 = agreement?.sha256;
    await who.send('POST', home(who, signingId, 'signature'), { sha256 });
    return doctor.send('POST', desk(doctor, who, signingId, 'signature'), { sha256 });
  };
  return { home, desk, shown, expect, apply, review, bothSign };
}

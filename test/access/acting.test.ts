import { describe, expect, it } from 'vitest';
import { accountOf, keyOf, residentOf, SYSTEM, staffOf } from '../../shared/access/acting.ts';
import type { ResidentActor, StaffActor } from '../../shared/access/actor.ts';
import { allow, none } from '../../shared/access/grants.ts';
import { Refusal } from '../../shared/kernel/errors.ts';

const traceparent = '00-trace-01';
const resident: ResidentActor = { kind: 'resident', accountId: 'account-1', roles: ['resident'] };
const nurse: StaffActor = {
  kind: 'staff',
  accountId: 'account-2',
  institutionId: 'hospital-1',
  roles: ['clerk', 'nurse'],
  secondFactor: true,
};

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof Refusal ? error.code : 'NO_REFUSAL';
  }
  return undefined;
}

describe('who acts', () => {
  it('is an account, or nobody', () => {
    expect(accountOf({ actor: nurse })).toBe('account-2');
    expect(codeOf(() => accountOf({ actor: undefined }))).toBe('UNAUTHENTICATED');
  });

  it('at home is a resident', () => {
    expect(residentOf({ actor: resident, traceparent })).toEqual({
      by: 'account-1',
      role: 'resident',
      traceparent,
    });
    for (const actor of [nurse, undefined])
      expect(codeOf(() => residentOf({ actor, traceparent }))).toBe('FORBIDDEN');
  });

  it('for an institution is its own staff, in the first of the step’s roles that they have', () => {
    const acting = { by: 'account-2', role: 'nurse', institutionId: 'hospital-1', traceparent };
    const caller = { actor: nurse, traceparent };
    expect(staffOf(caller, ['practitioner', 'nurse', 'clerk'])).toEqual(acting);
    expect(staffOf(caller, ['nurse'], 'hospital-1')).toEqual(acting);
    expect(codeOf(() => staffOf(caller, ['nurse'], 'hospital-2'))).toBe('FORBIDDEN');
    expect(codeOf(() => staffOf(caller, ['practitioner']))).toBe('FORBIDDEN');
    for (const actor of [resident, undefined])
      expect(codeOf(() => staffOf({ actor, traceparent }, ['nurse']))).toBe('FORBIDDEN');
  });

  it('as a doctor is known by their id', () => {
    const doctor: StaffActor = { ...nurse, practitionerId: 'doctor-1', roles: ['practitioner'] };
    expect(staffOf({ actor: doctor, traceparent }, ['practitioner'])).toHaveProperty(
      'practitionerId',
      'doctor-1',
    );
    expect(staffOf({ actor: nurse, traceparent }, ['nurse'])).not.toHaveProperty('practitionerId');
  });

  it('has keys of their own, whatever they call them', () => {
    const key = (by: string) => keyOf({ doer: { by, role: 'resident' }, requestKey: 'first' });
    expect(key('account-1')).not.toBe(key('account-2'));
  });

  it('by itself is the system', () => {
    expect(SYSTEM).toEqual({ by: 'system', role: 'system' });
  });
});

describe('grants of one relation', () => {
  it('are one a role, with the fields that the route shows, if it shows some', () => {
    expect(allow(['clerk', 'nurse'], none, ['name'])).toEqual([
      { role: 'clerk', relation: none, fields: ['name'] },
      { role: 'nurse', relation: none, fields: ['name'] },
    ]);
    expect(allow('clerk', none)).toStrictEqual([{ role: 'clerk', relation: none }]);
  });
});

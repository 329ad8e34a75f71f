import type * as z from 'zod/mini';
import type { identityPolicy } from '../../../functions/identity/policy.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';

interface IdentityEntry {
  readonly from: Day;
  readonly source: string;
  readonly mark: 'V' | 'R' | 'D';
  readonly values: z.output<typeof identityPolicy.schema>;
}

/** What a city has until it decides otherwise. */
export const usualIdentity: readonly IdentityEntry[] = [
  {
    from: '2020-01-01',
    source:
      'Our proposal, but for the ages: PIPL article 31 (under 14) and the Civil Code article 17 (18), both recalled [R]; scrypt as OWASP recommends',
    mark: 'D',
    values: {
      residentSessionHours: 24 * 7,
      staffSessionHours: 12,
      noticeVersion: '2026-01',
      verificationAttemptsPerDay: 10,
      ownAccountMinAge: 14,
      adultAge: 18,
      familyMembersMax: 8,
      invitationHours: 24,
      familyRelationMonths: 24,
      rejoinByNameAndPhone: true,
      totpWindowSteps: 1,
      lockoutFailures: 5,
      lockoutMinutes: 15,
      activationHours: 72,
      recoveryCodes: 8,
      passwordMinLength: 10,
      passwordScrypt: { costPower: 15, blockSize: 8, parallelism: 3 },
    },
  },
];

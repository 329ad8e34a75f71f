import * as z from 'zod/mini';
import { policySection } from '../../shared/policy/city.ts';

const count = z.int().check(z.positive());

/**
 * Identity's section of a city's dated policy. Every value is a proposal of ours [D] unless it says otherwise
 * ([R]: recalled from the named law, to be confirmed), so a city sets its own.
 */
const schema = z.strictObject({
  /** Life of a resident's session. */
  residentSessionHours: count,
  /** Life of a staff session; it is not prolonged, so that the second factor is asked again each working day. */
  staffSessionHours: count,
  /** Version of the privacy notice a person must have agreed to (separate consent, PIPL articles 28 to 31 [R]). */
  noticeVersion: z.string().check(z.minLength(1), z.maxLength(40)),
  /** Real-name attempts of one account in a day, successful or not; invitations' codes tried count with them. */
  verificationAttemptsPerDay: count,
  /** Below this age nobody verifies an account of their own; a guardian adds them (PIPL article 31: under 14 [R]). */
  ownAccountMinAge: count,
  /** Birthday on which guardianship ends; also the least age of a guardian (Civil Code article 17: 18 [R]). */
  adultAge: count,
  /**
   * Patients one account may act for besides its own, and accounts that may act for one patient. Not above 14, so
   * that one transaction can end them all.
   */
  familyMembersMax: count.check(z.maximum(14)),
  /** Until when an invitation can be accepted. */
  invitationHours: count,
  /** How long a family member may act for an adult who agreed, until both agree anew. */
  familyRelationMonths: count,
  /** A second account with the same name and phone takes over without the desk. */
  rejoinByNameAndPhone: z.boolean(),
  /** Steps of 30 s before and after the present one in which a one-time password is taken (RFC 6238 §5.2: 1). */
  totpWindowSteps: z.int().check(z.nonnegative(), z.maximum(4)),
  /** Failures in a row after which a login name, a second factor or an activation is locked … */
  lockoutFailures: count,
  /** … for this long. */
  lockoutMinutes: count,
  activationHours: count,
  recoveryCodes: z.int().check(z.nonnegative(), z.maximum(20)),
  passwordMinLength: z.int().check(z.minimum(8), z.maximum(64)),
  /** scrypt's N as a power of two, r and p (OWASP's equal choices: 17/8/1, 15/8/3). */
  passwordScrypt: z.strictObject({
    costPower: z.int().check(z.minimum(10), z.maximum(18)),
    blockSize: count,
    parallelism: count,
  }),
});

export type IdentityPolicy = z.output<typeof schema>;

export const identityPolicy = policySection('identity', schema);

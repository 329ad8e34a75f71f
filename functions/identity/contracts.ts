import * as z from 'zod/mini';
import { ROLES } from '../../shared/access/actor.ts';
import { instantSchema } from '../../shared/kernel/schemas.ts';

/** Generous: what is wrong with a name or a number is told with every other problem by the verification. */
const name = z.string().check(z.minLength(1), z.maxLength(60));
const idNumber = z.string().check(z.minLength(1), z.maxLength(30));
const id = z.string().check(z.regex(/^[\w-]{1,64}$/));
const code = z.string().check(z.regex(/^[\w-]{1,128}$/));
const loginName = z.string().check(z.regex(/^[a-z][a-z0-9._-]{2,39}$/));
const password = z.string().check(z.minLength(1), z.maxLength(128));
const noticeVersion = z.string().check(z.minLength(1), z.maxLength(40));
const sex = z.enum(['male', 'female']);
const verification = z.enum(['format', 'public-security']);
const kinship = z.enum(['child', 'parent', 'spouse', 'sibling', 'grandchild', 'grandparent', 'other']);
const staffRole = z.enum(ROLES.filter((role) => role !== 'resident'));
const roles = z.array(staffRole).check(z.minLength(1), z.maxLength(ROLES.length));

export const institutionParams = z.object({ institutionId: id });
export const patientParams = z.object({ patientId: id });
export const delegateParams = z.object({ accountId: id });
export const claimParams = z.object({ institutionId: id, claimId: id });
export const staffParams = z.object({ institutionId: id, accountId: id });
export const done = z.object({ done: z.literal(true) });

// Sessions of residents

export const wechatSessionRequest = z.strictObject({ code });
export const session = z.object({ token: z.string(), expiresAt: instantSchema });
export const residentSession = z.extend(session, {
  accountId: id,
  phoneBound: z.boolean(),
  verified: z.boolean(),
  /** The resident's own patient; there once verified. */
  patientId: z.optional(id),
  /** The privacy notice in force: what a verification has to name. */
  noticeVersion,
});

// The resident's account

export const residentAccount = z.object({
  accountId: id,
  /** Masked. */
  phone: z.optional(z.string()),
  verified: z.boolean(),
  patientId: z.optional(id),
  noticeVersion,
  /** The version this account agreed to. */
  agreedNoticeVersion: z.optional(noticeVersion),
});
export const phoneRequest = z.strictObject({ code });
export const phoneResponse = z.object({ phone: z.string() });
export const verificationRequest = z.strictObject({ name, idNumber, noticeVersion });

// Patients

export const patientSummary = z.object({
  patientId: id,
  /** Masked: 张*国. */
  name: z.string(),
  sex,
  /** Full years of age. */
  ageYears: z.int(),
  verification,
  /** An invented person of a demonstration. */
  synthetic: z.boolean(),
});
export const linkedPatient = z.extend(patientSummary, {
  relation: z.enum(['SELF', 'GUARDIAN', 'FAMILY']),
  kinship: z.optional(kinship),
  /** When the relation ends by itself. */
  until: z.optional(instantSchema),
});
export const linkedPatients = z.object({ patients: z.array(linkedPatient) });
export const childRequest = z.strictObject({
  name,
  idNumber,
  kinship: z._default(kinship, 'child'),
  noticeVersion,
});
export const invitationRequest = z.strictObject({
  /** What the invited person is to the inviting one. */
  kinship,
});
export const invitation = z.object({ code: z.string(), expiresAt: instantSchema });
export const acceptanceRequest = z.strictObject({ code, noticeVersion });
export const acceptance = z.object({ delegateAccountId: id, until: instantSchema });
export const delegates = z.object({
  delegates: z.array(
    z.object({
      accountId: id,
      /** Masked name of the person behind the account. */
      name: z.string(),
      relation: z.enum(['GUARDIAN', 'FAMILY']),
      since: instantSchema,
      until: z.optional(instantSchema),
    }),
  ),
});

// Who looked

export const accessQuery = z.strictObject({ after: z.optional(z.string()) });
export const accesses = z.object({
  accesses: z.array(
    z.object({
      id: z.string(),
      at: instantSchema,
      action: z.enum(['READ', 'WRITE', 'EXPORT', 'BREAK_GLASS']),
      /** The role the access was granted to; who the person is stays with their institution. */
      role: z.string(),
      institutionId: z.optional(id),
      /** Ground of the access, or what was done. */
      purpose: z.string(),
      subject: z.object({ kind: z.string(), id: z.string() }),
    }),
  ),
  next: z.optional(z.string()),
});

// The desk

export const patientSearchRequest = z.strictObject({
  idNumber,
  /** Why the record is looked up: goes to the audit with the reader. */
  purpose: z.enum(['BOOKING', 'CHECK_IN', 'REGISTRATION', 'IDENTITY_CLAIM', 'SIGNING', 'COMPLAINT']),
});
export const deskPatientRequest = z.strictObject({
  name,
  idNumber,
  phone: z.optional(z.string().check(z.regex(/^1[3-9]\d{9}$/))),
  /** The desk has shown the notice and holds the person's signature. */
  noticeVersion,
});
export const deskPatient = z.extend(patientSummary, { registered: z.boolean() });
/** A page of a register that an institution keeps, on paper or in another system. */
export const patientRegisterRequest = z.strictObject({
  lines: z.array(z.omit(deskPatientRequest, { noticeVersion: true })).check(z.minLength(1), z.maxLength(200)),
  /** The institution has shown it to everybody on the page and holds their signatures. */
  noticeVersion,
});
/** Line by line, in the order given. */
export const patientRegister = z.object({
  lines: z.array(
    z.object({
      /** Of whom the line is about; left out where it has faults. */
      patientId: z.optional(id),
      /** False: was registered before, and nothing was changed. */
      isNew: z.optional(z.boolean()),
      faults: z.optional(z.array(z.object({ field: z.string(), code: z.string(), message: z.string() }))),
    }),
  ),
});
export const claimQuery = z.strictObject({ after: z.optional(z.string()) });
export const claims = z.object({
  claims: z.array(
    z.object({
      claimId: id,
      relation: z.enum(['SELF', 'GUARDIAN']),
      name: z.string(),
      claimedAt: instantSchema,
    }),
  ),
  next: z.optional(z.string()),
});
export const claimDecisionRequest = z.strictObject({
  decision: z.enum(['GRANT', 'REFUSE']),
  /** Typed from the card that the person presents; whoever has no card before them cannot decide. */
  idNumber,
  /** On a grant: other accounts (lost or taken ones) are this person no longer, and act for nobody of the family. */
  endsOthers: z._default(z.boolean(), false),
});
export const claimDecision = z.object({ claimId: id, status: z.enum(['GRANTED', 'REFUSED']) });

// Staff

export const staffSessionRequest = z.strictObject({
  loginName: z.string().check(z.minLength(1), z.maxLength(40)),
  password,
  institutionId: z.optional(id),
});
export const staffSession = z.extend(session, {
  accountId: id,
  institutionId: id,
  roles,
  practitionerId: z.optional(id),
  secondFactor: z.boolean(),
});
export const secondFactorRequest = z.union([
  z.strictObject({ totp: z.string().check(z.regex(/^\d{6}$/)) }),
  z.strictObject({ recoveryCode: z.string().check(z.regex(/^\w{4}-?\w{4}-?\w{4}$/)) }),
]);
export const secondFactorSession = z.extend(staffSession, { recoveryCodesLeft: z.int() });
export const activationRequest = z.strictObject({
  loginName: z.string().check(z.minLength(1), z.maxLength(40)),
  activationCode: code,
  password,
});
export const activation = z.object({
  /** Shown as a QR code to the authenticator app, once. */
  otpauthUri: z.string(),
});
export const activationConfirmationRequest = z.strictObject({
  loginName: z.string().check(z.minLength(1), z.maxLength(40)),
  activationCode: code,
  totp: z.string().check(z.regex(/^\d{6}$/)),
});
/** Shown once; each opens one session when the phone is lost. */
export const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });
export const passwordRequest = z.strictObject({ currentPassword: password, newPassword: password });

export const staffCreationRequest = z.strictObject({
  loginName,
  name,
  roles,
  practitionerId: z.optional(id),
});
export const activationCode = z.object({
  accountId: id,
  activationCode: z.string(),
  expiresAt: instantSchema,
});
export const staffBindingRequest = z.strictObject({ loginName, roles, practitionerId: z.optional(id) });
export const staffRolesRequest = z.strictObject({ roles, practitionerId: z.optional(id) });
export const staffMember = z.object({
  accountId: id,
  institutionId: id,
  /** Masked. */
  name: z.string(),
  roles,
  practitionerId: z.optional(id),
  status: z.enum(['ACTIVE', 'SUSPENDED']),
  activated: z.boolean(),
});
export const staffList = z.object({ staff: z.array(staffMember) });

// Events: ids only. The published language of this context, for whoever subscribes.

/** @public */
export const patientRegistered = z.object({ patientId: id, accountId: z.optional(id) });
/** @public */
export const patientChanged = z.object({ patientId: id });
export const relationStarted = z.object({
  patientId: id,
  accountId: id,
  kind: z.enum(['SELF', 'GUARDIAN', 'FAMILY']),
});
/** @public */
export const relationEnded = z.extend(relationStarted, {
  reason: z.enum(['ADULT', 'LAPSED', 'WITHDRAWN', 'DEACTIVATED', 'CLAIMED']),
});
/** @public */
export const accountDeactivated = z.object({ accountId: id });

// Demonstration and first steps of a city

export const firstAdministratorTask = z.strictObject({
  loginName,
  name,
  institutionId: id,
  role: z.enum(['health-authority', 'institution-administrator']),
});

export const peopleFile = z.object({
  staff: z.array(z.object({ loginName, name, institutionId: id, practitionerId: z.optional(id), roles })),
  residents: z.array(
    z.object({
      wechatCode: code,
      name,
      idNumber,
      phone: z.string().check(z.regex(/^1[3-9]\d{9}$/)),
      children: z.optional(z.array(z.object({ name, idNumber }))),
      signedTeamId: z.optional(id),
    }),
  ),
});

export type PatientSummary = z.output<typeof patientSummary>;
export type LinkedPatient = z.output<typeof linkedPatient>;
export type Sex = z.output<typeof sex>;
export type Verification = z.output<typeof verification>;
export type Kinship = z.output<typeof kinship>;
export type StaffRole = z.output<typeof staffRole>;
export type PeopleFile = z.output<typeof peopleFile>;

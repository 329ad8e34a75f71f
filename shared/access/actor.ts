/** Who is asking, as the session says. Ids only. */
export const ROLES = [
  'resident',
  'family-doctor',
  'village-doctor',
  'practitioner',
  'nurse',
  'clerk',
  'call-centre-agent',
  'referral-coordinator',
  /** A hospital's laboratory or imaging system: it publishes reports and does nothing else. */
  'report-publisher',
  'institution-administrator',
  'health-authority',
] as const;

export type Role = (typeof ROLES)[number];

interface SessionHolder {
  /** Of the session that was shown: one session is exchanged for another only while it is still the account's. */
  readonly sessionVersion?: number;
}

export interface ResidentActor extends SessionHolder {
  readonly kind: 'resident';
  readonly accountId: string;
  readonly roles: readonly ['resident'];
}

export interface StaffActor extends SessionHolder {
  readonly kind: 'staff';
  readonly accountId: string;
  readonly institutionId: string;
  /** Present for doctors. */
  readonly practitionerId?: string;
  readonly roles: readonly Exclude<Role, 'resident'>[];
  /** True once the TOTP code was checked in this session; without it no staff grant fits. */
  readonly secondFactor: boolean;
}

export type Actor = ResidentActor | StaffActor;

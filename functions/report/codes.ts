/** Codes of reports. They are stored and told to others: never change one. */

export const KINDS = ['LABORATORY', 'IMAGING', 'PATHOLOGY', 'ECG'] as const;
export type Kind = (typeof KINDS)[number];

/** Where the examination was done for the patient: inpatient records are kept longer. */
export const SETTINGS = ['OUTPATIENT', 'EMERGENCY', 'INPATIENT', 'CHECK_UP'] as const;

/** What the sender says of one value; CRITICAL_…: 危急值. */
export const FLAGS = ['NORMAL', 'LOW', 'HIGH', 'ABNORMAL', 'CRITICAL_LOW', 'CRITICAL_HIGH'] as const;

/** Categories that are released in person (policy says which items belong to them). */
export const SENSITIVE_CATEGORIES = ['HIV', 'STI', 'GENETICS', 'PSYCHIATRY'] as const;

/**
 * How far a report is open to its patient. AT_COUNTER: listed without content; HIDDEN: not listed; RELEASED: a clerk
 * recorded that this very version was handed over in person.
 */
export const RELEASES = ['OPEN', 'AT_COUNTER', 'HIDDEN', 'RELEASED'] as const;
export type Release = (typeof RELEASES)[number];

/**
 * The grounds on which an examination may be done again although an equal result is there
 * (医疗机构检查检验结果互认管理办法, 国卫医发〔2022〕6号).
 */
export const REPEAT_REASONS = [
  'CONDITION_CHANGED',
  'CHANGES_FAST',
  'DECISIVE',
  'EMERGENCY',
  'FORENSIC',
  'OTHER_NEED',
] as const;
export type RepeatReason = (typeof REPEAT_REASONS)[number];

/** How far a result is recognised. */
export const SCOPES = ['ALLIANCE', 'CITY', 'PROVINCE'] as const;
export type Scope = (typeof SCOPES)[number];

/** What becomes of an examination that is asked for. */
export const DECISIONS = ['ORDERED', 'RECOGNISED', 'REPEATED'] as const;
export type Decision = (typeof DECISIONS)[number];

/** Why somebody reads: stated by staff, kept with the access, shown to the resident. */
export const PURPOSES = ['TREATMENT', 'REFERRAL', 'FOLLOW_UP', 'CONSULTATION', 'CRITICAL_VALUE'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** To whom a resident may open their reports besides those who treated them. */
export const CONSENT_KINDS = ['SIGNED', 'REFERRAL', 'INSTITUTION'] as const;
export type ConsentKind = (typeof CONSENT_KINDS)[number];

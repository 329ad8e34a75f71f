import { FLAGS, KINDS, SENSITIVE_CATEGORIES, SETTINGS } from './codes.ts';
import type { ReportStatus } from './transitions.ts';

/** What our codes are called in FHIR R4, and what theirs are here. Theirs are more: several become one of ours. */

const HL7 = 'http://terminology.hl7.org/CodeSystem';
export const SYSTEMS = {
  /** 居民身份证号 and numbers of report forms, as WS/T 500 names them. */
  idNumber: 'urn:oid:2.16.156.10011.1.3',
  laboratoryReport: 'urn:oid:2.16.156.10011.1.33',
  examinationReport: 'urn:oid:2.16.156.10011.1.32',
  /** The platform's own. */
  institution: 'urn:tiered-care:institution',
  department: 'urn:tiered-care:department',
  practitioner: 'urn:tiered-care:practitioner',
  patient: 'urn:tiered-care:patient',
  recognition: 'urn:tiered-care:mutual-recognition',
  section: `${HL7}/v2-0074`,
  interpretation: `${HL7}/v3-ObservationInterpretation`,
  actCode: `${HL7}/v3-ActCode`,
  loinc: 'http://loinc.org',
  ucum: 'http://unitsofmeasure.org',
} as const;

type Kind = (typeof KINDS)[number];
type Flag = (typeof FLAGS)[number];
type Setting = (typeof SETTINGS)[number];
type SensitiveCategory = (typeof SENSITIVE_CATEGORIES)[number];

export function reportSystem(kind: Kind): string {
  return kind === 'LABORATORY' ? SYSTEMS.laboratoryReport : SYSTEMS.examinationReport;
}

/** LOINC, Procedure findings: 检查所见, for which a DiagnosticReport has no element. */
export const FINDINGS = '59776-5';

/** `COLLECTED` is `registered` too: what tells it apart is that its specimen has a time of collection. */
export const FHIR_STATUS = {
  ORDERED: 'registered',
  COLLECTED: 'registered',
  PRELIMINARY: 'preliminary',
  FINAL: 'final',
  AMENDED: 'amended',
  CANCELLED: 'cancelled',
} as const satisfies Record<ReportStatus, string>;

export const STATUS_OF: ReadonlyMap<string, ReportStatus> = new Map([
  ['registered', 'ORDERED'],
  ['partial', 'PRELIMINARY'],
  ['preliminary', 'PRELIMINARY'],
  ['final', 'FINAL'],
  ['amended', 'AMENDED'],
  ['corrected', 'AMENDED'],
  ['appended', 'AMENDED'],
  ['cancelled', 'CANCELLED'],
  ['entered-in-error', 'CANCELLED'],
]);

export const FHIR_SECTION = {
  LABORATORY: 'LAB',
  IMAGING: 'RAD',
  PATHOLOGY: 'PAT',
  ECG: 'EC',
} as const satisfies Record<Kind, string>;

/** Sections of HL7 table 0074 by kind; what is in none is no report of ours. */
const SECTIONS: Readonly<Record<Kind, string>> = {
  LABORATORY: 'LAB BG BLB CH CG GE HM ICU IMM LAB MB MCB MYC PAR SR TX VR URN',
  IMAGING: 'RAD CT NMR NMS RUS RX OUS VUS XRC CUS PHR RT',
  PATHOLOGY: 'PAT SP CP',
  ECG: 'EC',
};
export const KIND_OF = inverted(KINDS, SECTIONS);

export const FHIR_FLAG = {
  NORMAL: 'N',
  LOW: 'L',
  HIGH: 'H',
  ABNORMAL: 'A',
  CRITICAL_LOW: 'LL',
  CRITICAL_HIGH: 'HH',
} as const satisfies Record<Flag, string>;

/** AA is critical without a direction. It must start the clock all the same, so it gets one. */
export const FLAG_OF = inverted(FLAGS, {
  NORMAL: 'N NEG ND',
  LOW: 'L LU',
  HIGH: 'H HU',
  ABNORMAL: 'A POS DET',
  CRITICAL_LOW: 'LL',
  CRITICAL_HIGH: 'HH AA',
});

/** Classes of encounters; a check-up is an ambulatory one, told apart by its type. */
export const FHIR_SETTING = {
  OUTPATIENT: 'AMB',
  EMERGENCY: 'EMER',
  INPATIENT: 'IMP',
  CHECK_UP: 'AMB',
} as const satisfies Record<Setting, string>;
export const SETTING_OF = inverted(SETTINGS, {
  OUTPATIENT: 'AMB HH VR',
  EMERGENCY: 'EMER FLD',
  INPATIENT: 'IMP ACUTE NONAC OBSENC SS PRENC',
  CHECK_UP: '',
});
export const CHECK_UP = '健康体检';

/** Sensitivity labels of HL7's ActCode. */
export const FHIR_SENSITIVITY = {
  HIV: 'HIV',
  STI: 'STD',
  GENETICS: 'GDIS',
  PSYCHIATRY: 'PSY',
} as const satisfies Record<SensitiveCategory, string>;
export const SENSITIVITY_OF = inverted(SENSITIVE_CATEGORIES, FHIR_SENSITIVITY);

function inverted<T extends string>(
  ours: readonly T[],
  theirs: Readonly<Record<T, string>>,
): ReadonlyMap<string, T> {
  const codes = (one: T): readonly string[] => theirs[one].split(' ').filter(Boolean);
  return new Map(ours.flatMap((one) => codes(one).map((code) => [code, one])));
}

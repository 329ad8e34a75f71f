import * as z from 'zod/mini';
import { daySchema, fenSchema, instantSchema } from '../../shared/kernel/schemas.ts';
import { CHANNELS, END_REASONS, GROUP_CODES } from './codes.ts';
import { DESKS } from './desks.ts';
import { STATUSES } from './transitions.ts';

/** The published language of signing: requests, answers, tasks, events. Instants UTC, days Asia/Shanghai, money fen. */

export const idSchema = z.string().check(z.regex(/^[\w-]{1,64}$/));
const packageId = z.string().check(z.regex(/^[\w-]{1,32}$/));
const sha256Schema = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const statusSchema = z.enum(STATUSES);
const groupSchema = z.enum([...GROUP_CODES]);
/** County (6 digits), town (9) or village (12). People are counted by county: a city as a whole is none. */
export const divisionSchema = z.string().check(z.regex(/^\d{4}([1-9]\d|0[1-9])(\d{3}){0,2}$/));
/** Where somebody lives: town or village. */
const residenceSchema = z.string().check(z.regex(/^\d{9}(\d{3})?$/));

export const patientParams = z.strictObject({ patientId: idSchema });
export const signingParams = z.strictObject({ patientId: idSchema, signingId: idSchema });
export const careTeamParams = z.strictObject({ careTeamId: idSchema });
export const institutionParams = z.strictObject({ institutionId: idSchema });
export const institutionPatientParams = z.strictObject({ institutionId: idSchema, patientId: idSchema });
export const stepParams = z.strictObject({
  institutionId: idSchema,
  patientId: idSchema,
  signingId: idSchema,
});
export const deskParams = z.strictObject({
  institutionId: idSchema,
  careTeamId: idSchema,
  desk: z.enum(DESKS),
});
export const residenceParams = z.strictObject({ institutionId: idSchema, divisionCode: residenceSchema });
export const divisionParams = z.strictObject({ institutionId: idSchema, divisionCode: divisionSchema });

// ---- requests

const applicationFields = {
  careTeamId: idSchema,
  /** Personalised ones; the basic packages are part of every signing. */
  packageIds: z._default(z.array(packageId).check(z.maxLength(10)), []),
  /** The district's and the municipal hospital of 1+1+1. */
  districtId: z.optional(idSchema),
  municipalId: z.optional(idSchema),
  /** Where the resident lives; may be left out where the health record says it. */
  divisionCode: z.optional(residenceSchema),
  /** 转签: the contract in force, with another team, that this one takes the place of. */
  replaces: z.optional(idSchema),
};
export const applyBody = z.strictObject(applicationFields);
export type Application = z.output<typeof applyBody>;

/** At the resident's door, perhaps without a network: sent when there is one, any number of times. */
export const assistedBody = z.strictObject({
  ...applicationFields,
  capture: z.strictObject({
    /** Made by the device: repeating it enters nothing twice. */
    captureId: idSchema,
    capturedAt: instantSchema,
    /** Of the agreement that was read out and signed by hand. */
    templateVersion: z.string().check(z.maxLength(20)),
    evidenceSha256: sha256Schema,
  }),
});

export const reviewBody = z.strictObject({ decision: z.enum(['APPROVE', 'REJECT']) });
/** Of the text that was read: nobody signs another one. */
export const signatureBody = z.strictObject({ sha256: sha256Schema });
export const renewalBody = z.strictObject({ packageIds: z.array(packageId).check(z.maxLength(10)) });
export const TERMINATION_REASONS = [
  'MOVING_AWAY',
  'DISSATISFIED',
  'OTHER_TEAM',
  'TEAM_CLOSES',
  'OTHER',
] as const;
export const terminationBody = z.strictObject({ reason: z.enum(TERMINATION_REASONS) });
export const useBody = z.strictObject({ itemId: packageId });
export const emptyBody = z.optional(z.strictObject({}));
export const recordBody = z.strictObject({
  divisionCode: residenceSchema,
  /** Besides those that follow from age. */
  groups: z.array(groupSchema).check(z.maxLength(20)),
});
const recordLine = z.strictObject({ patientId: idSchema, ...recordBody.shape });
const signingLine = z.strictObject({ ...recordLine.shape, careTeamId: idSchema, signedOn: daySchema });
/** A page of a register on paper, or of another system. */
export const recordRegisterBody = z.strictObject({
  lines: z.array(recordLine).check(z.minLength(1), z.maxLength(200)),
});
export const signingRegisterBody = z.strictObject({
  lines: z.array(signingLine).check(z.minLength(1), z.maxLength(200)),
});
const populationFields = {
  residents: z.int().check(z.nonnegative()),
  residentsSixMonths: z.int().check(z.nonnegative()),
  asOf: daySchema,
  source: z.string().check(z.trim(), z.minLength(2), z.maxLength(200)),
};
export const populationBody = z.strictObject(populationFields).check(
  z.refine(({ residents, residentsSixMonths }) => residentsSixMonths <= residents, {
    path: ['residentsSixMonths'],
    message: '居住半年以上的人数不能多于常住人口数',
  }),
);
export const pageQuery = z.strictObject({ after: z.optional(z.string()) });
export const gapQuery = z.strictObject({ group: z.optional(groupSchema), after: z.optional(z.string()) });

// ---- answers

const quoteView = z.object({
  grossFen: fenSchema,
  subsidyFen: fenSchema,
  waivedFen: fenSchema,
  dueFen: fenSchema,
  instalmentsFen: z.array(fenSchema),
});
const termView = z.object({ from: daySchema, until: daySchema });
const entitlementView = z.object({ itemId: z.string(), name: z.string(), total: z.int(), left: z.int() });
const cardFields = {
  signingId: idSchema,
  patientId: idSchema,
  careTeamId: idSchema,
  careTeamName: z.string(),
  institutionId: idSchema,
  status: statusSchema,
  channel: z.enum(CHANNELS),
  round: z.int(),
  term: z.optional(termView),
  waitUntil: z.optional(instantSchema),
  appliedAt: instantSchema,
};
export const signingCard = z.object(cardFields);
export const signingList = z.object({ signings: z.array(signingCard), next: z.optional(z.string()) });
export const signingView = z.object({
  ...cardFields,
  districtId: z.optional(idSchema),
  municipalId: z.optional(idSchema),
  packages: z.array(z.object({ packageId: z.string(), name: z.string() })),
  quote: quoteView,
  entitlements: z.array(entitlementView),
  /** The agreement that waits for signatures, or the last one that was signed. */
  agreement: z.optional(
    z.object({
      kind: z.enum(['SERVICE', 'RENEWAL', 'TERMINATION']),
      templateVersion: z.string(),
      text: z.string(),
      sha256: sha256Schema,
      residentSignedAt: z.optional(instantSchema),
      teamSignedAt: z.optional(instantSchema),
    }),
  ),
  charge: z.optional(
    z.object({
      chargeId: z.string(),
      amountFen: fenSchema,
      status: z.string(),
      payBy: z.optional(instantSchema),
    }),
  ),
  next: z.optional(z.object({ term: termView, quote: quoteView, packageIds: z.array(z.string()) })),
  endedAt: z.optional(instantSchema),
  endedReason: z.optional(z.enum(Object.keys(END_REASONS) as [keyof typeof END_REASONS])),
  history: z.array(z.object({ at: instantSchema, status: statusSchema })),
});

export const packageList = z.object({
  packages: z.array(
    z.object({
      packageId: z.string(),
      name: z.string(),
      kind: z.enum(['BASIC', 'PERSONALISED']),
      feeFen: fenSchema,
      instalments: z.int(),
      groups: z.optional(z.array(groupSchema)),
      items: z.array(z.object({ itemId: z.string(), name: z.string(), perTerm: z.int() })),
      filedAs: z.optional(z.string()),
    }),
  ),
});
export const careTeamView = z.object({
  careTeamId: idSchema,
  name: z.string(),
  institutionId: idSchema,
  active: z.boolean(),
  freePlaces: z.int(),
});
export const recordView = z.object({
  patientId: idSchema,
  divisionCode: z.string(),
  openedOn: daySchema,
  institutionId: idSchema,
  groups: z.array(groupSchema),
});

/** A rate keeps what it was made of: 口径, numerator, denominator and when it was so. */
const rateView = z.object({
  definition: z.string(),
  meaning: z.string(),
  numerator: z.int(),
  /** Left out: nobody has said how many there are. */
  denominator: z.optional(z.int()),
  percent: z.optional(z.number()),
  denominatorAsOf: z.optional(daySchema),
  denominatorSource: z.optional(z.string()),
  asOf: instantSchema,
});
export const divisionRates = z.object({ divisionCode: z.string(), rates: z.array(rateView) });
export const institutionRates = z.object({
  institutionId: idSchema,
  rates: z.array(rateView),
  careTeams: z.array(z.object({ careTeamId: idSchema, name: z.string(), rates: z.array(rateView) })),
});
export type RateView = z.input<typeof rateView>;
export const gapList = z.object({
  residents: z.array(
    z.object({ patientId: idSchema, divisionCode: z.string(), groups: z.array(groupSchema) }),
  ),
  next: z.optional(z.string()),
});
/** Line by line, in the order given. */
export const registerView = z.object({
  lines: z.array(
    z.object({
      /** False: was entered before, and nothing was changed. Left out where the line has faults. */
      isNew: z.optional(z.boolean()),
      signingId: z.optional(idSchema),
      faults: z.optional(z.array(z.object({ field: z.string(), code: z.string(), message: z.string() }))),
    }),
  ),
});
export const populationView = z.object({ divisionCode: z.string(), ...populationFields });

// ---- tasks of the machine

export const placeInput = z.object({ patientId: idSchema, signingId: idSchema });
export const askInput = z.extend(placeInput, { at: z.enum(['REVIEW', 'SIGNATURES', 'PAYMENT', 'RENEWAL']) });
/** Answers a state that waits: what counts comes with its token. */
export const nothing = z.object({});
/** What a place says: see `placeOf`. */
export const placeOutput = z.record(z.string(), z.json());

// ---- events

/** `signing.<status>` and the news of `signing-event.ts`. */
export const signingMoved = z.object({
  patientId: idSchema,
  signingId: idSchema,
  careTeamId: idSchema,
  status: statusSchema,
  round: z.int(),
  /** Executions begun, the one of this event's `place` included. */
  runs: z.int(),
  /** Account, or `system`. */
  by: z.string(),
  role: z.string(),
  institutionId: z.optional(idSchema),
  /** Last day of the term. */
  until: z.optional(daySchema),
  waitUntil: z.optional(instantSchema),
  reason: z.optional(z.string()),
  /** With a step that starts an execution: its input. */
  place: z.optional(z.record(z.string(), z.json())),
});

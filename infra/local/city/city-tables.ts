import * as z from 'zod';
import * as directory from '../../../functions/directory/contracts.ts';

/** How a cell of a spreadsheet becomes a value; undefined leaves the field out. */
type Cell = (text: string) => unknown;

const text: Cell = (cell) => cell;
const optional: Cell = (cell) => (cell === '' ? undefined : cell);
const list: Cell = (cell) => cell.split(/[;；]/).filter((part) => part !== '');
/** What is no number stays text, and the schema says so. */
const number: Cell = (cell) => (cell !== '' && Number.isFinite(Number(cell)) ? Number(cell) : cell);
const flag: Cell = (cell) => {
  if (/^(true|是|1)$/i.test(cell)) return true;
  return /^(false|否|0)$/i.test(cell) ? false : cell;
};
const optionalFlag: Cell = (cell) => (cell === '' ? undefined : flag(cell));
/** `hospital/department;second-hospital/department`; the first is where the doctor is registered. */
const sites: Cell = (cell) =>
  cell
    .split(/[;；]/)
    .filter((part) => part !== '')
    .map((site) => {
      const [institutionId = '', departmentId = ''] = site.split('/');
      return { institutionId, departmentId };
    });

const id = directory.idSchema;

/** The files of a city, in the order they are loaded; rows are judged by the schemas the routes use. */
export const cityTables = {
  institutions: {
    schema: z.strictObject({
      ...directory.institutionFacts.shape,
      institutionId: id,
      /** Left out only at the root. */
      parentId: z.optional(id),
    }),
    /** By the field's path; the column is headed by its last part. */
    columns: {
      institutionId: text,
      name: text,
      level: text,
      kind: text,
      parentId: optional,
      divisionCode: text,
      address: text,
      'location.latitude': number,
      'location.longitude': number,
      phone: optional,
    },
  },
  departments: {
    schema: z.strictObject({ ...directory.departmentFacts.shape, departmentId: id, institutionId: id }),
    columns: { departmentId: text, institutionId: text, name: text, serviceCategory: text, place: optional },
  },
  practitioners: {
    schema: z.strictObject({
      ...directory.practitionerFacts.shape,
      practitionerId: id,
      sites: z
        .array(z.strictObject({ institutionId: id, departmentId: id }))
        .min(1)
        .max(directory.MAX_SITES),
    }),
    columns: {
      practitionerId: text,
      name: text,
      title: text,
      specialties: text,
      diseaseTags: list,
      familyDoctor: flag,
      sites,
      synthetic: optionalFlag,
    },
  },
  'care-teams': {
    schema: z.strictObject({ ...directory.careTeamFacts.shape, careTeamId: id, institutionId: id }),
    columns: {
      careTeamId: text,
      institutionId: text,
      name: text,
      leaderId: text,
      memberIds: list,
      serviceArea: list,
      capacity: number,
    },
  },
  alliances: {
    schema: z.strictObject({ ...directory.allianceFacts.shape, allianceId: id, leadId: id }),
    // Members with their dates do not fit into a cell: alliances come as JSON.
    columns: undefined,
  },
  merchants: {
    schema: z.strictObject({
      /** As WeChat Pay numbers merchants. */
      mchid: z.string().regex(/^\d{8,10}$/),
      name: z.string().min(1),
      feeBasisPoints: z.int().min(0).max(10_000),
      /** Whose money it takes, by name or by level; a name goes before a level. */
      institutionIds: z.array(id).default([]),
      levels: z.array(directory.levelSchema).default([]),
      /** Places the orders that several merchants are paid by at once (合单发起方). */
      combines: z.boolean().default(false),
    }),
    columns: undefined,
  },
} as const;

export type TableName = keyof typeof cityTables;
export type RowOf<Name extends TableName> = z.output<(typeof cityTables)[Name]['schema']>;

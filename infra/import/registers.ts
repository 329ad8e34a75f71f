import { groupsIn } from './groups.ts';

/** A column of a register: what the first row calls it, and how a cell of it becomes a field of the request. */
interface Column {
  readonly field: string;
  readonly title: string;
  /** Left out: it has to be there. */
  readonly isOptional?: true;
  readonly read: (cell: string) => string | readonly string[] | undefined;
}

export interface Register {
  readonly columns: readonly Column[];
  /** Where the lines go once it is known who they are about; relative to the institution. */
  readonly path: (institutionId: string) => string;
  /** Fields of those lines. The others say who it is. */
  readonly fields: readonly string[];
}

/** Of a person: the same in every register. */
const WHO: readonly Column[] = [
  { field: 'name', title: '姓名', read: (cell) => cell },
  // Excel keeps long numbers whole behind an apostrophe.
  { field: 'idNumber', title: '身份证号', read: (cell) => cell.replace(/^'/, '') },
  { field: 'phone', title: '手机号', isOptional: true, read: (cell) => cell.replace(/^'/, '') || undefined },
];
export const WHO_FIELDS: readonly string[] = WHO.map(({ field }) => field);

const LIVING: readonly Column[] = [
  { field: 'divisionCode', title: '居住地区划代码', read: (cell) => cell.replace(/^'/, '') },
  { field: 'groups', title: '重点人群', isOptional: true, read: groupsIn },
];
const SIGNED: readonly Column[] = [
  { field: 'careTeamId', title: '签约团队编号', read: (cell) => cell },
  { field: 'signedOn', title: '签约日期', read: dayIn },
];

const registers = {
  residents: {
    columns: [...WHO, ...LIVING],
    path: (institutionId: string) => `/signing/institutions/${institutionId}/health-record-register`,
    fields: LIVING.map(({ field }) => field),
  },
  signings: {
    columns: [...WHO, ...LIVING, ...SIGNED],
    path: (institutionId: string) => `/signing/institutions/${institutionId}/signing-register`,
    fields: [...LIVING, ...SIGNED].map(({ field }) => field),
  },
} satisfies Record<string, Register>;

export type RegisterName = keyof typeof registers;
export const REGISTER_NAMES = Object.keys(registers);

export function isRegisterName(name: string): name is RegisterName {
  return Object.hasOwn(registers, name);
}

export function registerOf(name: RegisterName): Register {
  return registers[name];
}

/** As spreadsheets show a day: 2026/1/5, 2026-01-05, 2026年1月5日. Anything else is for the city to refuse. */
function dayIn(cell: string): string {
  const [, year, month = '', day = ''] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(cell) ?? [];
  return year === undefined ? cell : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

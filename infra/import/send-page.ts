import * as z from 'zod/mini';
import { type CitySession, messageOf } from './city-session.ts';
import type { Fault, FaultyRow } from './faults-file.ts';
import type { Header } from './header.ts';
import { ImportError } from './options.ts';
import type { Row } from './read-rows.ts';
import { type Register, WHO_FIELDS } from './registers.ts';

export interface Sending {
  readonly session: CitySession;
  readonly register: Register;
  readonly header: Header;
  /** The privacy notice that everybody in the file has agreed to. */
  readonly notice: string | undefined;
}

export interface PageResult {
  readonly lastRow: number;
  readonly entered: number;
  readonly known: number;
  readonly faulty: readonly FaultyRow[];
}

type Fields = Readonly<Record<string, unknown>>;

const cityFault = z.object({ field: z.string(), code: z.string(), message: z.string() });
const lineAnswer = z.object({
  patientId: z.optional(z.string()),
  isNew: z.optional(z.boolean()),
  faults: z.optional(z.array(cityFault)),
});
const pageAnswer = z.object({ lines: z.array(lineAnswer) });
const invalidRequest = z.object({
  code: z.literal('INVALID_REQUEST'),
  fields: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
});
const noticeOutdated = z.object({
  code: z.literal('NOTICE_OUTDATED'),
  context: z.object({ noticeVersion: z.string() }),
});

type LineAnswer = z.output<typeof lineAnswer>;
type CityFault = z.output<typeof cityFault>;

/**
 * A page of a register: first who its people are, then what the register says of them. As often as one likes: what is
 * entered already is answered as such. @throws ImportError
 */
export async function sendPage(sending: Sending, rows: readonly Row[]): Promise<PageResult> {
  const { register, session } = sending;
  const faults = new Map<Row, readonly Fault[]>();
  const lines = new Map(rows.flatMap((row) => readLine(sending, row, faults)));
  const whoPath = `/identity/institutions/${session.institutionId}/patient-register`;
  const who = new Map([...lines].map(([row, fields]) => [row, picked(fields, WHO_FIELDS)]));
  const people = await enter(sending, whoPath, who, faults);
  const said = new Map(
    [...people].map(([row, { patientId }]) => [
      row,
      { patientId, ...picked(lines.get(row) ?? {}, register.fields) },
    ]),
  );
  const entered = await enter(sending, register.path(session.institutionId), said, faults);
  const fresh = [...entered].filter(([row, { isNew }]) => isNew === true || people.get(row)?.isNew === true);
  return {
    lastRow: rows.at(-1)?.row ?? 0,
    entered: fresh.length,
    known: entered.size - fresh.length,
    faulty: rows.flatMap((row) => {
      const found = faults.get(row);
      return found === undefined ? [] : [{ ...row, faults: found }];
    }),
  };
}

function readLine(
  { register, header: { titles, positions } }: Sending,
  row: Row,
  faults: Map<Row, readonly Fault[]>,
): readonly [Row, Fields][] {
  const isBeyond = row.cells.slice(titles.length).some((cell) => cell.trim() !== '');
  if (row.cells.length < titles.length || isBeyond) {
    const message = `该行有 ${row.cells.length} 列，应为 ${titles.length} 列`;
    faults.set(row, [{ column: '', code: 'COLUMN_COUNT', message }]);
    return [];
  }
  const fields = register.columns.flatMap(({ field, read }): [string, unknown][] => {
    const value = read((row.cells[positions.get(field) ?? -1] ?? '').trim());
    return value === undefined ? [] : [[field, value]];
  });
  return [[row, Object.fromEntries(fields)]];
}

/** Answers the rows without faults. Of a page with malformed fields nothing is entered: the rest of it is sent again. */
async function enter(
  sending: Sending,
  path: string,
  lines: ReadonlyMap<Row, Fields>,
  faults: Map<Row, readonly Fault[]>,
): Promise<ReadonlyMap<Row, LineAnswer>> {
  if (lines.size === 0) return new Map();
  const rows = [...lines.keys()];
  const { status, body } = await post(sending, path, [...lines.values()]);
  if (status === 200) {
    const answered = pageAnswer.parse(body).lines.flatMap((answer, index): [Row, LineAnswer][] => {
      const row = rows[index];
      return row === undefined ? [] : [[row, answer]];
    });
    for (const [row, { faults: found }] of answered)
      if (found !== undefined)
        faults.set(
          row,
          found.map((fault) => faultOf(sending, fault)),
        );
    return new Map(answered.filter(([row]) => !faults.has(row)));
  }
  const malformed = malformedLines(body);
  if (malformed.size === 0) throw new ImportError(`the city refuses ${path}: ${messageOf(body)}`);
  for (const [index, found] of malformed) {
    const row = rows[index];
    if (row !== undefined)
      faults.set(
        row,
        found.map((fault) => faultOf(sending, fault)),
      );
  }
  return enter(sending, path, new Map([...lines].filter(([row]) => !faults.has(row))), faults);
}

/** People are registered under the notice that they have agreed to. Invented ones agree to the one in force. */
async function post(
  { session, notice }: Sending,
  path: string,
  lines: readonly Fields[],
): ReturnType<CitySession['post']> {
  if (!path.startsWith('/identity/')) return session.post(path, { lines });
  const answer = await session.post(path, { lines, noticeVersion: notice ?? 'unsaid' });
  const outdated = noticeOutdated.safeParse(answer.body);
  if (!outdated.success) return answer;
  const { noticeVersion } = outdated.data.context;
  if (notice === undefined && session.isDemo) return session.post(path, { lines, noticeVersion });
  throw new ImportError(
    `the privacy notice in force is ${noticeVersion}: say --notice ${noticeVersion} if the institution holds the signature of everybody in the file under it`,
  );
}

/** By the line's place in the page. */
function malformedLines(body: unknown): ReadonlyMap<number, readonly CityFault[]> {
  const { data } = invalidRequest.safeParse(body);
  const found = (data?.fields ?? []).flatMap(({ path, ...fault }) => {
    const [, index, field] = /^lines\.(\d+)\.(\w+)/.exec(path) ?? [];
    return index === undefined || field === undefined ? [] : [{ index: Number(index), field, ...fault }];
  });
  return Map.groupBy(found, ({ index }) => index);
}

function faultOf({ header, register }: Sending, { field, code, message }: CityFault): Fault {
  // A patient's id is nothing that the file knows: it stands for the number.
  const own = field === 'patientId' ? 'idNumber' : field;
  const column = header.titles[header.positions.get(own) ?? -1]?.trim();
  return { column: column ?? register.columns.find((one) => one.field === own)?.title ?? '', code, message };
}

function picked(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
}

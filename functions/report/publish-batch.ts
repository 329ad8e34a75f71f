import type { Doer } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { faultsOf } from '../../shared/http/field-faults.ts';
import { addDays, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import type { FieldFault } from '../../shared/kernel/errors.ts';
import { reportErrors } from './errors.ts';
import { type Publication, publication, type RowOutcome } from './publish-contracts.ts';
import { type Published, publishReport } from './publish-report.ts';
import { hasFiles } from './report-files.ts';
import { institutions } from './store.ts';

/** So many reports of a batch are written at one moment. */
const AT_ONCE = 8;

export interface Batch {
  readonly institutionId: string;
  /** Each was judged by itself, in the form in which it came. */
  readonly rows: readonly ReadRow[];
  readonly doer: Doer;
}

/** One row, read: a publication, or what is wrong with it. */
export type ReadRow =
  | { readonly publication: Publication; readonly faults?: undefined }
  | { readonly faults: readonly FieldFault[] };

/** Rows of our own JSON. */
export function readRows(rows: readonly unknown[]): readonly ReadRow[] {
  return rows.map((given) => {
    const parsed = publication.safeParse(given);
    return parsed.success ? { publication: parsed.data } : { faults: faultsOf('body', parsed.error.issues) };
  });
}

interface Row {
  readonly row: number;
  readonly content: Publication;
}

/**
 * R1: every row is a write of its own, and one that is refused hurts no other. Rows of one report are taken in their
 * order, those of different reports side by side.
 */
export async function publishBatch(deps: Deps, batch: Batch): Promise<readonly RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  const byNumber = new Map<string, Row[]>();
  for (const [row, given] of batch.rows.entries()) {
    if (given.faults === undefined) {
      const content = inUtc(given.publication);
      const { reportNumber } = content;
      byNumber.set(reportNumber, [...(byNumber.get(reportNumber) ?? []), { row, content }]);
    } else {
      const fields = given.faults.map(({ in: _in, ...fault }) => fault);
      outcomes.push({ row, ...refusal('ROW_INVALID'), fields });
    }
  }
  const isKnown = knownInstitutions(deps);
  const queue = [...byNumber.values()];
  const work = async (): Promise<void> => {
    for (let rows = queue.shift(); rows !== undefined; rows = queue.shift()) {
      for (const { row, content } of rows)
        outcomes.push({ row, ...(await publishRow(deps, batch, content, isKnown)) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes.toSorted((a, b) => a.row - b.row);
}

async function publishRow(
  deps: Deps,
  { institutionId, doer }: Batch,
  content: Publication,
  isKnown: (institutionId: string) => Promise<boolean>,
): Promise<Published> {
  if (!isOfTime(deps, content)) return refusal('TIME_OUT_OF_RANGE');
  const orderedBy = content.order.institutionId ?? institutionId;
  if (!(await isKnown(institutionId)) || !(await isKnown(orderedBy))) return refusal('INSTITUTION_UNKNOWN');
  if (!(await hasFiles(deps, institutionId, content))) return refusal('FILE_MISSING');
  return publishReport(deps, { institutionId, content, doer });
}

/**
 * Of today or before: one issued in 2062 by a slip of the pen would stay the newest version until then. And not before
 * instants are counted, since versions are put in order by them.
 */
function isOfTime({ clock }: Pick<Deps, 'clock'>, { issuedAt, effectiveAt }: Publication): boolean {
  const end = Date.parse(instantAt(addDays(dayOf(clock.now()), 1), '00:00'));
  return [issuedAt, effectiveAt].map((instant) => Date.parse(instant)).every((ms) => ms >= 0 && ms < end);
}

/** Instants are sorted and compared as text: one spelling each. */
function inUtc(content: Publication): Publication {
  const spelt = (instant: string): string => new Date(instant).toISOString();
  return { ...content, issuedAt: spelt(content.issuedAt), effectiveAt: spelt(content.effectiveAt) };
}

/** Reads each institution of a batch once. */
function knownInstitutions(deps: Deps): (institutionId: string) => Promise<boolean> {
  const asked = new Map<string, Promise<boolean>>();
  return (institutionId) => {
    const known =
      asked.get(institutionId) ??
      institutions.get(deps.table, institutionId).then((copy) => copy?.active === true);
    asked.set(institutionId, known);
    return known;
  };
}

function refusal(
  code: 'ROW_INVALID' | 'INSTITUTION_UNKNOWN' | 'FILE_MISSING' | 'TIME_OUT_OF_RANGE',
): Published {
  return { outcome: 'REFUSED', code, message: reportErrors.definitions[code].message };
}

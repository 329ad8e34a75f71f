import type { Doer } from '../../shared/access/acting.ts';
import { hasRelation } from '../../shared/access/care-relations.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { recordAccess } from '../../shared/privacy/audit.ts';
import { type Purpose, RELEASES, type Release } from './codes.ts';
import { isOpenTo } from './consents.ts';
import { mayAnswer } from './critical-answer.ts';
import { criticals, type Order, practitioners, type Report } from './store.ts';
import { type ReportStatus, VISIBLE, WITH_RESULTS } from './transitions.ts';

/** R4: who may read which reports, and on what ground. Whoever has none is answered as if there were no report. */

export interface Reader {
  readonly doer: Doer;
  /** Stated by staff. */
  readonly purpose?: Purpose;
  readonly requestId: string;
}

type Ground =
  | 'self-or-guardian'
  | 'signed-team'
  | 'open-referral'
  | 'consented-institution'
  | 'treating'
  | 'critical-value';

/** A ground, and which reports it opens. */
export interface View {
  readonly ground: Ground;
  readonly releases: readonly Release[];
  readonly statuses: readonly ReportStatus[];
}

type Opened = Pick<Report, 'release' | 'status'>;

export function opens({ releases, statuses }: View, { release, status }: Opened): boolean {
  return releases.includes(release) && statuses.includes(status);
}

const HOME: View = { ground: 'self-or-guardian', releases: ['OPEN', 'RELEASED'], statuses: VISIBLE };

/** What is released in person is between the patient and those who treat them for it. */
function byConsent(ground: Ground): View {
  return { ground, releases: ['OPEN'], statuses: VISIBLE };
}

/** Who treats sees what is not final yet, and what is for the patient to be told in person. */
export const TREATING: View = { ground: 'treating', releases: RELEASES, statuses: WITH_RESULTS };

export function isAtHome({ doer }: Pick<Reader, 'doer'>): boolean {
  return doer.role === 'resident';
}

/** The ground on which a reader sees a patient's reports as a whole: at home, or by a relation and the consent to it. */
export async function viewOfPatient(
  deps: Deps,
  { doer }: Pick<Reader, 'doer'>,
  patientId: string,
): Promise<View | undefined> {
  if (isAtHome({ doer })) return HOME;
  const { practitionerId, institutionId = '' } = doer;
  const now = instant(deps.clock);
  const stands = (kind: 'SIGNED' | 'REFERRAL', holderId: string): Promise<boolean> =>
    hasRelation(deps.table, [{ patientId, kind, holderId }], now);
  const isOpen = await isOpenTo(deps, patientId);
  if (practitionerId !== undefined && isOpen('SIGNED') && (await stands('SIGNED', practitionerId)))
    return byConsent('signed-team');
  if (isOpen('REFERRAL') && (await stands('REFERRAL', institutionId))) return byConsent('open-referral');
  return isOpen('INSTITUTION', institutionId) ? byConsent('consented-institution') : undefined;
}

/** The ground on which a reader opens this very report; undefined: there is none. */
export async function viewOfReport(
  deps: Deps,
  reader: Pick<Reader, 'doer'>,
  report: Report & { readonly patientId: string },
): Promise<View | undefined> {
  const { doer } = reader;
  const whole = await viewOfPatient(deps, reader, report.patientId);
  if (whole !== undefined && opens(whole, report)) return whole;
  if (!opens(TREATING, report)) return undefined;
  if ((await treats(deps, doer))(report.order)) return TREATING;
  return (await answers(deps, doer, report)) ? { ...TREATING, ground: 'critical-value' } : undefined;
}

/** Whether a doctor treats the patient for whom it was ordered: they ordered it, or their department did. */
export async function treats(deps: Deps, doer: Doer): Promise<(order: Order) => boolean> {
  const { practitionerId, institutionId } = doer;
  if (practitionerId === undefined || institutionId === undefined) return () => false;
  const copy = await practitioners.get(deps.table, practitionerId);
  const departments = new Set(
    (copy?.active === true ? copy.sites : [])
      .filter((site) => site.institutionId === institutionId)
      .map(({ departmentId }) => departmentId),
  );
  return (order) =>
    order.institutionId === institutionId &&
    (order.practitionerId === practitionerId ||
      (order.departmentId !== undefined && departments.has(order.departmentId)));
}

async function answers(deps: Deps, doer: Doer, { reportId, critical }: Report): Promise<boolean> {
  if (critical !== true || isAtHome({ doer })) return false;
  const clock = await criticals.get(deps.table, reportId, { consistent: true });
  return clock !== undefined && (await mayAnswer(deps, clock, doer));
}

/** Written down before the answer leaves: who read what of whom, on which ground and why. */
export async function recordRead(
  deps: Deps,
  { doer, purpose, requestId }: Reader,
  { ground }: Pick<View, 'ground'>,
  seen: {
    readonly patientId: string;
    readonly kind: 'report' | 'report-list' | 'report-trend' | 'report-recognition';
    readonly id: string;
  },
): Promise<void> {
  await recordAccess(deps.table, deps.ids, {
    actor: {
      accountId: doer.by,
      role: doer.role,
      ...(doer.institutionId === undefined ? {} : { institutionId: doer.institutionId }),
    },
    action: 'READ',
    patientId: seen.patientId,
    subject: { kind: seen.kind, id: seen.id },
    purpose: purpose === undefined ? ground : `${ground}:${purpose.toLowerCase()}`,
    at: instant(deps.clock),
    requestId,
  });
}

import type { Doer } from '../../shared/access/acting.ts';
import type { Deps } from '../../shared/deps.ts';
import { criticalPolicyNow, firstTold } from './critical-clock.ts';
import { type Critical, practitioners } from './store.ts';

/** Roles that stand at an institution's duty desk. */
const ON_DUTY: readonly string[] = ['practitioner', 'nurse', 'family-doctor', 'village-doctor'];

/**
 * R7: whom it was put before may answer. The doctor who ordered it at any time; those who answer for the department,
 * and whoever is on duty in the house, once the ladder has come to them. Nobody of another institution ever.
 */
export async function mayAnswer(
  deps: Deps,
  { order, escalations }: Pick<Critical, 'order' | 'escalations'>,
  { practitionerId, institutionId, role }: Doer,
): Promise<boolean> {
  if (institutionId !== order.institutionId) return false;
  if (practitionerId !== undefined && practitionerId === order.practitionerId) return true;
  const { ladder, headTitles } = criticalPolicyNow(deps);
  const told = new Set([firstTold(order), ...ladder.slice(0, escalations).map((rung) => rung.to)]);
  if (told.has('DUTY_DESK') && ON_DUTY.includes(role)) return true;
  if (!told.has('DEPARTMENT_HEAD') || practitionerId === undefined) return false;
  const copy = await practitioners.get(deps.table, practitionerId);
  return (
    copy?.active === true &&
    headTitles.includes(copy.title) &&
    copy.sites.some(
      (site) =>
        site.institutionId === institutionId &&
        (order.departmentId === undefined || site.departmentId === order.departmentId),
    )
  );
}

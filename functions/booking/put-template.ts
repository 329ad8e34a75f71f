import type * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import type { templateBody } from './contracts.ts';
import { faultsOf } from './create-schedule.ts';
import { bookingErrors } from './errors.ts';
import { generateFrom } from './generate-schedules.ts';
import { practisesAt, practitioners, TEMPLATES_KEY, type Template, templates } from './store.ts';

/** Writes a weekly template whole and makes its schedules at once. Schedules that exist already stay as they are. */
export async function putTemplate(
  deps: Deps,
  id: { readonly institutionId: string; readonly templateId: string },
  { room, until, ...body }: z.output<typeof templateBody>,
): Promise<number> {
  const reasons = [...faultsOf(body)];
  const doctor = await practitioners.get(deps.table, body.practitionerId, { consistent: true });
  if (!practisesAt(doctor, { ...id, ...body })) reasons.push(bookingErrors.reason('PRACTITIONER_UNKNOWN'));
  if (reasons.length > 0) throw bookingErrors.refusal('SCHEDULE_INVALID', { reasons });
  const template: Template = {
    ...id,
    ...body,
    ...(room === undefined ? {} : { room }),
    ...(until === undefined ? {} : { until }),
    lookupPk: TEMPLATES_KEY,
    lookupSk: `${id.institutionId}#${id.templateId}`,
  };
  await templates.put(deps.table, id, template);
  return generateFrom(deps, template);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { idSchema, templateBody } from '../../../functions/booking/contracts.ts';
import { putTemplate } from '../../../functions/booking/put-template.ts';
import type { Deps } from '../../../shared/deps.ts';

const fileSchema = z.array(
  z.strictObject({ institutionId: idSchema, templateId: idSchema, ...templateBody.shape }),
);

/**
 * The weekly clinics of a city's `templates.json`, through booking's own use case. Booking has to know the doctors
 * by then: their events must have been delivered.
 */
export async function loadTemplates(deps: Deps, folder: string): Promise<number> {
  let schedules = 0;
  for (const { institutionId, templateId, ...body } of fileSchema.parse(
    JSON.parse(readFileSync(join(folder, 'templates.json'), 'utf8')),
  )) {
    schedules += await putTemplate(deps, { institutionId, templateId }, body);
  }
  return schedules;
}

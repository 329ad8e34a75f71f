import * as z from 'zod/mini';
import { SYSTEM } from '../../shared/access/acting.ts';
import { blindsOf, readPerson } from '../../shared/access/person-view.ts';
import type { Subscription, TimerHandler } from '../../shared/context.ts';
import { everyPage } from '../../shared/data/every-page.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { idSchema } from './report-content.ts';
import { NEWS, reportEvent } from './report-event.ts';
import { changeOperations, placeOf } from './report-moves.ts';
import { openEdition } from './sealing.ts';
import { editions, reports, waiting, waitingFor } from './store.ts';

/**
 * R3: a report that waited finds its patient, if the city knows them now, by number and name. Answers whose it is,
 * undefined while it still waits. Doing it twice does nothing.
 */
export async function matchReport(deps: Deps, reportId: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const seen = await reports.get(deps.table, reportId, { consistent: true });
    if (seen === undefined || seen.waitsUnder === undefined) return seen?.patientId;
    const edition = await editions.get(deps.table, seen, { consistent: true });
    if (edition === undefined) throw new Error('a report without its present edition');
    const content = await openEdition(deps, reportId, edition);
    const { patientId } = await placeOf(deps, content);
    if (patientId === undefined) return undefined;
    const { waitsUnder: _waited, writes: _writes, lookupPk: _pk, lookupSk: _sk, ...rest } = seen;
    const after = { ...rest, patientId };
    const event = reportEvent(deps, NEWS.matched, after, SYSTEM);
    const { ok } = await deps.table.transact(await changeOperations(deps, seen, after, content, event));
    if (ok) return patientId;
  }
  throw houseErrors.refusal('CONFLICT');
}

const registered = z.object({ patientId: idSchema });

/** Somebody is known by a number now: whatever waited for it is theirs, if the name is. */
export const matchRegistered: Subscription = {
  event: 'identity.patient-registered',
  handle: async (deps, event) => {
    const { patientId } = registered.parse(event.data);
    const person = await readPerson(deps, patientId);
    if (person === undefined) return;
    for (const blind of await blindsOf(deps, person.idNumber)) {
      const spec = { pk: waitingFor(blind), consistent: true };
      for (const { reportId } of await everyPage(deps.table, waiting, spec))
        await matchReport(deps, reportId);
    }
  },
};

/** A minute after it came: what was cut off between the write and the second look is done now. */
export const matchDue: TimerHandler = async (deps, { key }) => {
  if ((await matchReport(deps, key.sk)) !== undefined) return;
  await deps.table.update(key, {}, { if: { $exists: true }, timer: null });
};

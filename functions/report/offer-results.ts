import type * as z from 'zod/mini';
import { everyPage } from '../../shared/data/every-page.ts';
import type { Deps } from '../../shared/deps.ts';
import { addDays, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import type { offer } from './contracts.ts';
import { namesOf } from './institution-names.ts';
import { recognitionPolicy } from './policy.ts';
import { opens, type Reader, recordRead, TREATING, treats, type View, viewOfPatient } from './readers.ts';
import { longestDays, recognised } from './recognition.ts';
import { openFigures } from './sealing.ts';
import { ALLIANCES, alliances, type Facts, facts, factsOf } from './store.ts';

type Offer = z.input<typeof offer>;

export interface Wanted {
  readonly patientId: string;
  readonly institutionId: string;
  readonly codes: readonly string[];
}

/**
 * R10: the results that count instead of what a doctor is about to ask for, the newest first. Only those that this
 * doctor may read anyhow (R4): to a stranger there is none. What is released in person is never offered by consent.
 */
export async function offerResults(deps: Deps, reader: Reader, wanted: Wanted): Promise<readonly Offer[]> {
  const { patientId, institutionId, codes } = wanted;
  const day = dayOf(deps.clock.now());
  const policy = deps.city.policy(recognitionPolicy).at(day);
  const whole = await viewOfPatient(deps, reader, patientId);
  const readable = await readableFacts(deps, reader, { patientId, whole, days: longestDays(policy) });
  if (readable.length === 0) return [];
  const known = await everyPage(deps.table, alliances, { pk: ALLIANCES });
  const offers = await Promise.all(
    readable.map(async (fact) => {
      const figures = await openFigures(deps, { ...fact, patientId }, fact);
      return codes.flatMap((code) => {
        const counts = recognised(
          policy,
          { ...fact, figures },
          { code, institutionId, day, alliances: known },
        );
        const { reportId, effectiveAt } = fact;
        return counts === undefined
          ? []
          : [{ code, reportId, institutionId: fact.institutionId, effectiveAt, ...counts }];
      });
    }),
  );
  const found = offers.flat();
  if (found.length === 0) return [];
  await recordRead(deps, reader, whole ?? TREATING, { patientId, kind: 'report-recognition', id: 'check' });
  const names = await namesOf(deps, found);
  return found.map((one) => ({ ...one, institutionName: names(one.institutionId) }));
}

interface Readable {
  readonly patientId: string;
  readonly whole: View | undefined;
  readonly days: number;
}

async function readableFacts(
  deps: Deps,
  reader: Reader,
  { patientId, whole, days }: Readable,
): Promise<readonly Facts[]> {
  const isTreated = await treats(deps, reader.doer);
  const found = await everyPage(deps.table, facts, {
    pk: factsOf(patientId),
    sk: { ge: instantAt(addDays(dayOf(deps.clock.now()), -days), '00:00') },
    descending: true,
    consistent: true,
  });
  return found.filter(
    (fact) => (whole !== undefined && opens(whole, fact)) || (isTreated(fact.order) && opens(TREATING, fact)),
  );
}

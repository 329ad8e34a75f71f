import type * as z from 'zod/mini';
import type { Doer } from '../../shared/access/acting.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { ConsentKind } from './codes.ts';
import type { consentBody, consentView } from './contracts.ts';
import { reportPolicy } from './policy.ts';
import { type Consents, consents } from './store.ts';

/** R4: what a resident has said about who may read, beside the relation in which a doctor stands. One item a patient. */

type Shown = z.input<typeof consentView>['consents'];

/** Told in words of an event, for the audit. */
export const CONSENT_CHANGED = 'report.consent-changed';

/** Whether reading is open to those of a relation, or to an institution named; as things stand at this moment. */
export async function isOpenTo(
  deps: Deps,
  patientId: string,
): Promise<(kind: ConsentKind, holderId?: string) => boolean> {
  const said = await readConsents(deps, patientId);
  const today = dayOf(deps.clock.now());
  const defaults = deps.city.policy(reportPolicy).at(today).opensByDefault;
  return (kind, holderId) => {
    const rule = said.rules[ruleOf(kind, holderId)];
    if (rule === undefined) return kind === 'INSTITUTION' ? false : defaults[kind];
    return rule.granted && (rule.until === undefined || today <= rule.until);
  };
}

export async function showConsents(deps: Deps, patientId: string): Promise<z.input<typeof consentView>> {
  const said = await readConsents(deps, patientId);
  const defaults = deps.city.policy(reportPolicy).at(dayOf(deps.clock.now())).opensByDefault;
  const unsaid = (['SIGNED', 'REFERRAL'] as const).filter((kind) => said.rules[kind] === undefined);
  const chosen = Object.entries(said.rules).map(([name, rule]): Shown[number] => {
    const [kind, holderId] = name.split(':', 2);
    return {
      kind: kind === 'SIGNED' || kind === 'REFERRAL' ? kind : 'INSTITUTION',
      ...(holderId === undefined ? {} : { holderId }),
      ...rule,
      chosen: true,
    };
  });
  return {
    consents: [...chosen, ...unsaid.map((kind) => ({ kind, granted: defaults[kind], chosen: false }))],
  };
}

/** Takes effect with the write: a consent withdrawn opens nothing from then on. Repeating it changes nothing. */
export async function saveConsent(
  deps: Deps,
  { patientId, kind, doer }: { readonly patientId: string; readonly kind: ConsentKind; readonly doer: Doer },
  { granted, holderId, until }: z.output<typeof consentBody>,
): Promise<z.input<typeof consentView>> {
  if ((kind === 'INSTITUTION') !== (holderId !== undefined)) throw holderWrong();
  const event = eventFor(deps, CONSENT_CHANGED, {
    data: { patientId, kind, granted, by: doer.by, role: doer.role },
    ...(doer.traceparent === undefined ? {} : { traceparent: doer.traceparent }),
  });
  const rule = { granted, ...(until === undefined ? {} : { until }) };
  const path = `rules.${ruleOf(kind, holderId)}`;
  const change = { set: { [path]: rule } };
  const changed = await consents.update(deps.table, patientId, change, { if: { $exists: true }, event });
  if (!changed.ok) {
    const first: Consents = { rules: { [ruleOf(kind, holderId)]: rule } };
    const made = await consents.put(deps.table, patientId, first, { if: { $exists: false }, event });
    if (!made.ok) await consents.update(deps.table, patientId, change, { if: { $exists: true }, event });
  }
  return showConsents(deps, patientId);
}

async function readConsents({ table }: Deps, patientId: string): Promise<Consents> {
  return (await consents.get(table, patientId, { consistent: true })) ?? { rules: {} };
}

function ruleOf(kind: ConsentKind, holderId?: string): string {
  return holderId === undefined ? kind : `${kind}:${holderId}`;
}

function holderWrong(): Error {
  return houseErrors.refusal('INVALID_REQUEST', {
    fields: [
      {
        in: 'body',
        path: 'holderId',
        code: 'custom',
        message: '授权给指定医疗机构时须填写机构，其他授权不填',
      },
    ],
  });
}

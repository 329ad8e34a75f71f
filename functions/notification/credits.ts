import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { consents, credits, type Message } from './store.ts';
import { TEMPLATE_NAMES, type TemplateName } from './templates.ts';

/**
 * Rule N3: the ledger of message credits. WeChat takes one message for each consent, tells nobody how many are left, and
 * refuses the message after the last. A credit is spent in the very write that moves its message to SENDING.
 */

type CreditOf = Pick<Message, 'recipientId' | 'template'>;

const idOf = ({ recipientId, template }: CreditOf) => ({ accountId: recipientId, template });

export function spendCredit(message: CreditOf): TransactOperation {
  return credits.updateOperation(idOf(message), { add: { left: -1 } }, { if: { left: { gt: 0 } } });
}

/** WeChat has certainly not sent it. */
export function returnCredit(message: CreditOf): TransactOperation {
  return credits.updateOperation(idOf(message), { add: { left: 1 } }, { if: { $exists: true } });
}

/** WeChat says (43101) that there is none: true of those up to the one that was spent, not of what was agreed to since. */
export function emptyCredits(message: CreditOf & Pick<Message, 'granted'>): TransactOperation {
  return credits.updateOperation(
    idOf(message),
    { set: { left: 0 } },
    { if: { granted: message.granted ?? 0 } },
  );
}

const KEPT_DAYS = 30;

/** What the popup of the mini-program was answered. Counted once, however often the report is sent. */
export async function addConsents(
  deps: Pick<Deps, 'table' | 'clock'>,
  accountId: string,
  { requestKey, accepted }: { readonly requestKey: string; readonly accepted: readonly TemplateName[] },
): Promise<void> {
  const report = { accountId, requestKey };
  const at = instant(deps.clock);
  const expiresAt = Math.floor(deps.clock.now() / 1000) + KEPT_DAYS * 86_400;
  const outcome = await deps.table.transact([
    consents.putOperation(report, { at, expiresAt }, { if: { $exists: false } }),
    ...accepted.map((template) =>
      credits.updateOperation({ accountId, template }, { set: { template }, add: { left: 1, granted: 1 } }),
    ),
  ]);
  if (outcome.ok) return;
  if ((await consents.get(deps.table, report, { consistent: true })) === undefined)
    throw houseErrors.refusal('CONFLICT');
}

/** How many messages of each kind may still be sent to this account by WeChat. */
export async function creditsOf(
  { table }: Pick<Deps, 'table'>,
  accountId: string,
): Promise<ReadonlyMap<TemplateName, number>> {
  const found = await credits.getMany(
    table,
    TEMPLATE_NAMES.map((template) => ({ accountId, template })),
  );
  return new Map(TEMPLATE_NAMES.map((template, index) => [template, found[index]?.left ?? 0]));
}

import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Day, dayOf } from '../../shared/kernel/china-time.ts';
import { spread } from './message-id.ts';
import type { Channel } from './policy.ts';
import { type Message, tallies } from './store.ts';
import { TEMPLATE_NAMES, type TemplateName } from './templates.ts';
import { type MessageStatus, STATUSES } from './transitions.ts';

/** A busy morning ends hundreds of messages a second: so many items share the counting. */
const PARTS = 32;

/** Counts an end in the transaction that writes it, so that the counts are those of the messages, never off by one. */
export function countOf({ clock }: Pick<Deps, 'clock'>, { messageId, ...ended }: Message): TransactOperation {
  const { template, channel, status } = ended;
  return tallies.updateOperation(
    { day: dayOf(clock.now()), part: spread(messageId, PARTS) },
    { add: { [`${template}:${channel}:${status}`]: 1 } },
  );
}

export interface Count {
  readonly template: TemplateName;
  readonly channel: Channel;
  readonly status: MessageStatus;
  readonly messages: number;
}

export async function countsOf({ table }: Pick<Deps, 'table'>, day: Day): Promise<readonly Count[]> {
  const parts = await tallies.getMany(
    table,
    Array.from({ length: PARTS }, (_, part) => ({ day, part })),
  );
  const sum = (name: string): number => parts.reduce((all, part) => all + Number(part?.[name] ?? 0), 0);
  return TEMPLATE_NAMES.flatMap((template) =>
    (['WECHAT', 'SMS', 'PHONE'] as const).flatMap((channel) =>
      STATUSES.map((status) => ({
        template,
        channel,
        status,
        messages: sum(`${template}:${channel}:${status}`),
      })),
    ),
  ).filter(({ messages }) => messages > 0);
}

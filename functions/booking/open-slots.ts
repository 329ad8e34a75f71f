import { instantAt } from '../../shared/kernel/china-time.ts';
import { slotClosesAt } from './cutoffs.ts';
import type { Channel } from './policy.ts';
import type { Claim, ScheduleDetail } from './store.ts';

/** Which slots of a schedule still take bookings. */

export interface SlotQuestion {
  readonly detail: ScheduleDetail;
  readonly channel: Channel;
  /** Undefined: any slot. -1: a slot the schedule does not have. */
  readonly slotIndex: number | undefined;
  /** Instant, UTC ISO. */
  readonly now: string;
  /** Cut-offs are set aside. */
  readonly override?: boolean;
}

export interface OpenSlots {
  /** The slots the question is about. */
  readonly wanted: readonly number[];
  /** Those of them that still take bookings. */
  readonly coming: readonly number[];
  /** Where to look for a number: on site a slot that is over comes last. */
  readonly inOrder: readonly (readonly number[])[];
  /** When the last wanted one closes. */
  readonly closedAt: string | undefined;
}

export function openSlots({ detail, channel, slotIndex, now, override }: SlotQuestion): OpenSlots {
  const every = detail.slots.map((slot, index) => ({
    index,
    closesAt: slotClosesAt(detail, slot, channel),
    isOver: instantAt(detail.day, slot.end) <= now,
  }));
  const wanted = slotIndex === undefined ? every : every.filter(({ index }) => index === slotIndex);
  const coming = override === true ? wanted : wanted.filter(({ closesAt }) => now < closesAt);
  const { fresh = [], over = [] } = Object.groupBy(coming, ({ isOver }) => (isOver ? 'over' : 'fresh'));
  const closings = wanted.map(({ closesAt }) => closesAt).toSorted();
  return {
    wanted: wanted.map(indexOf),
    coming: coming.map(indexOf),
    inOrder: coming.length > 0 ? [fresh.map(indexOf), over.map(indexOf)] : [wanted.map(indexOf)],
    closedAt: closings.at(-1),
  };
}

function indexOf({ index }: { readonly index: number }): number {
  return index;
}

export function slotsStillOpen(detail: ScheduleDetail, channel: Channel, now: string): readonly number[] {
  return openSlots({ detail, channel, slotIndex: undefined, now }).coming;
}

/** The place of the slot that starts then, as `SlotQuestion` asks for it. */
export function wantedSlot({ slots }: ScheduleDetail, start: string | undefined): number | undefined {
  return start === undefined ? undefined : slots.findIndex((slot) => slot.start === start);
}

/** Also before the schedule's timer has said so. */
export function isOver(
  { status }: Pick<Claim, 'status'>,
  { endsAt }: Pick<ScheduleDetail, 'endsAt'>,
  now: string,
): boolean {
  return status === 'ENDED' || endsAt <= now;
}

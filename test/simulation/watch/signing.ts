import type { Signing, Team } from '../../../functions/signing/store.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Item } from '../../../shared/data/table.ts';
import { addDays, instantAt } from '../../../shared/kernel/china-time.ts';
import { checkRules } from '../../contexts/signing/invariants.ts';
import type { Watch } from '../kernel/part.ts';

const ENDED = ['REJECTED', 'WITHDRAWN', 'LAPSED', 'EXPIRED', 'MOVED', 'TERMINATED', 'DECEASED'];

const SKEW_MS = 6 * 60_000;
/** A renewal is offered so many days before the term is over. */
const RENEWAL_DAYS = 30;

/** S1–S7 over what signing and the doors it opens consist of, whenever one of these was written. */
export class SigningWatch implements Watch {
  readonly #items = new Map<string, Item>();
  readonly #signings = new Map<string, Signing>();
  readonly #now: () => string;
  #isDirty = false;
  #broken: string | undefined;
  readonly #locks = new Map<
    string,
    { readonly status: string; readonly patientId: string; readonly at: number }
  >();
  /** Lines in the ledger of what was done, by signing, term and service. */
  readonly #uses = new Map<string, Set<string>>();

  constructor(now: () => string) {
    this.#now = now;
  }

  signings(): readonly Signing[] {
    return [...this.#signings.values()];
  }

  /** Payments under way, with when they began. */
  claims(): readonly { readonly chargeId: string; readonly patientId: string; readonly at: number }[] {
    return [...this.#locks].flatMap(([chargeId, { status, patientId, at }]) =>
      status === 'CLAIMED' ? [{ chargeId, patientId, at }] : [],
    );
  }

  onChange({ key: { pk, sk }, old, new: item, at }: Change): void {
    if (pk.startsWith('charge-lock#signing#'))
      this.#locks.set(String(item?.['chargeId']), {
        status: String(item?.['status']),
        patientId: String(item?.['patientId']),
        at,
      });
    if (!pk.startsWith('signing#') && !pk.startsWith('relation#')) return;
    this.#isDirty = true;
    if (sk.startsWith('use#') && item !== undefined) {
      const place = `${sk.split('#')[1]} ${item['round']} ${item['itemId']}`;
      this.#uses.set(place, (this.#uses.get(place) ?? new Set()).add(sk));
    }
    if (item === undefined) this.#items.delete(`${pk}|${sk}`);
    else this.#items.set(`${pk}|${sk}`, item);
    if (!sk.startsWith('signing#') || item === undefined) return;
    const [before, after] = [old as unknown as Signing | undefined, item as unknown as Signing];
    this.#signings.set(after.signingId, after);
    if (before !== undefined) this.#judge(before, after);
    if (before !== undefined && before.status !== after.status) this.#judgeTime(before, after, at + SKEW_MS);
  }

  check(): void {
    if (this.#broken !== undefined) throw new Error(this.#broken);
    if (!this.#isDirty) return;
    this.#isDirty = false;
    checkRules([...this.#items.values()], this.#now());
    for (const { signingId, round, entitlements } of this.#signings.values())
      for (const [itemId, { total, left }] of Object.entries(entitlements)) {
        const done = this.#uses.get(`${signingId} ${round} ${itemId}`)?.size ?? 0;
        if (total - left !== done)
          throw new Error(`S4: ${itemId} was done ${done} times and counted ${total - left}`);
      }
  }

  checkAtRest(): void {
    for (const { status, signingId } of this.#signings.values())
      if (!ENDED.includes(status)) throw new Error(`S3: ${signingId} still is ${status} after years`);
    for (const [key, item] of this.#items) {
      const { free, capacity } = item as unknown as Team;
      if (key.endsWith('|team') && free !== capacity) throw new Error('S2: a place is reserved for nobody');
    }
  }

  /** What time does it does not do before its time. */
  #judgeTime({ term, graceUntil }: Signing, { status, signingId }: Signing, latest: number): void {
    const hours: Readonly<Record<string, string | undefined>> = {
      EXPIRED: term && instantAt(addDays(term.until, 1), '00:00'),
      RENEWAL: term && instantAt(addDays(term.until, -RENEWAL_DAYS), '00:00'),
      SUSPENDED: graceUntil,
    };
    const hour = hours[status];
    if (hour !== undefined && Date.parse(hour) > latest)
      this.#broken = `S3: ${signingId} became ${status} before ${hour}`;
  }

  #judge(before: Signing, after: Signing): void {
    const isMove = before.status !== after.status;
    if (isMove && after.history.length !== before.history.length + 1)
      this.#broken = `S3: the history of ${after.signingId} misses a step`;
    if (after.version !== before.version + 1 && after.turn !== before.turn)
      this.#broken = `S3: ${after.signingId} was written over another step`;
    const lock = this.#locks.get(before.charge?.chargeId ?? '');
    if (isMove && ENDED.includes(after.status) && after.status !== 'DECEASED' && lock?.status === 'CLAIMED')
      this.#broken = `S7: ${after.signingId} ended as ${after.status} under a payment`;
  }
}

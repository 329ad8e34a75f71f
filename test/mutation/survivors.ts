const SESSION = 'a resident’s session has neither practitioner nor institution: its schema takes none';
const SUBJECT = 'no text is the word “undefined”, and nobody stands in a relation to that';
const CACHE = 'what a container remembers: without it, or with less of it, the answer is the same and later';
const TWICE = 'looked at twice: by the library, and again on what it answers';
const COMPARED = 'for the compiler: nothing is less or more than what is not there';
const ALIKE = 'no input tells the two apart';
const THERE = 'for the compiler: it was looked for before, or nothing deletes it';
const AGAIN = 'the condition of the next write, or the next reading, says the same';
const PAID = 'what is paid has the time at which it was, and nothing else has';
const ORDERED = 'for the compiler: a line has an order, and what is no line has none';
const LEFT_OUT = 'what is undefined is not written';
const CALLED = 'what it is called in an error’s words';
const PRECEDENCE = 'AND binds closer than OR, and one clause in parentheses is that clause';
const KEPT = 'an entry of the index of timers has its instant, and what was claimed by it its timer';

/** What stands before the words of an error or of a log line, which are told apart by class and code. */
const BEFORE_WORDS = /(?:new (?:Error|InvalidTableCall|UnequalShares)\(|logEntry\(\s*'[A-Z_]+',)\s*$/;

/** A change, and what stands in its file before it. */
export interface Survivor {
  readonly change: string;
  readonly replacement: string;
  readonly before: string;
}

/** Why no test needs to notice it; undefined: it is a gap. */
export function reasonOf({ change, replacement, before }: Survivor): string | undefined {
  if (/^(?:""|``)$/.test(replacement) && BEFORE_WORDS.test(before)) return 'words for whoever reads them';
  return REASONS[change];
}

/**
 * Changes that no test needs to notice, with the reason: `file: what was written → what it became`. Only a survivor that
 * stands here is explained; any other is a gap.
 */
const REASONS: Readonly<Record<string, string>> = {
  'functions/booking/rules.ts: default: return what satisfies never; → default:':
    'never reached: the compiler counts the cases',
  'functions/booking/rules.ts: minimumAgeYears !== undefined → true': COMPARED,
  'functions/booking/rules.ts: detail.day < birthDate → detail.day <= birthDate':
    'who is born on the day of the visit is below every youngest age',
  "functions/directory/rules.ts: parent === 'root' → false":
    'the root is a word and has no level that something could be above',
  'functions/directory/rules.ts: \'root\' → ""':
    'the root is a word and has no level that something could be above',
  'functions/directory/rules.ts: leftOn !== undefined → true': COMPARED,
  'functions/followup/evaluate.ts: consecutive !== undefined → true': COMPARED,
  'functions/identity/rules.ts: [] → ["Stryker was here"]': 'for the compiler: each state has its row',
  "functions/identity/rules.ts: text.normalize('NFKC').trim().toLowerCase() → text.normalize('NFKC').trim().toUpperCase()":
    'both sides of the comparison go through it',
  'functions/referral/rules.ts: institutionId !== target.institutionId → true':
    'nothing is higher than itself, which is asked for as well',
  'functions/referral/rules.ts: title !== undefined → true':
    'for the compiler: a list of titles has none that is not there',
  'functions/report/rules.ts: amount === undefined → false': COMPARED,
  'functions/report/rules.ts: factor === undefined → false': COMPARED,
  'functions/report/rules.ts: limit.low !== undefined → true': COMPARED,
  'functions/report/rules.ts: limit.high !== undefined → true': COMPARED,
  'functions/report/rules.ts: low !== undefined → true': COMPARED,
  'functions/report/rules.ts: high !== undefined → true': COMPARED,
  'functions/signing/quote.ts: dueFen === 0 → false': 'no parts are no parts, counted either way',
  'functions/notification/transitions.ts: Object.keys(TRANSITIONS).filter(isStatus) → Object.keys(TRANSITIONS)':
    'the filter is for the compiler: each key is a status',
  "shared/access/care-relations.ts: item['until'] === undefined → false": ALIKE,
  'shared/access/decide.ts: subjectId === undefined → false': SUBJECT,
  "shared/access/decide.ts: actor.kind !== 'staff' || actor.practitionerId === undefined → false": SESSION,
  "shared/access/decide.ts: actor.kind !== 'staff' || actor.practitionerId === undefined → actor.kind !== 'staff' && actor.practitionerId === undefined":
    SESSION,
  "shared/access/decide.ts: actor.kind !== 'staff' → false": SESSION,
  'shared/access/decide.ts: actor.practitionerId === undefined → false': SESSION,
  'shared/access/read-token.ts: kid === undefined → false': ALIKE,
  "shared/access/read-token.ts: ['exp'] → []": TWICE,
  'shared/access/read-token.ts: used === undefined → false': TWICE,
  'shared/access/read-token.ts: payload.exp === undefined → false': TWICE,
  'shared/access/read-token.ts: known !== undefined → false': CACHE,
  'shared/access/read-token.ts: { const ended = known.expires <= Math.floor(clock.now() / 1_000); if (!ended && (await verifier.verificationKey(known.kid)) === known.key) return known.claims;  → {}':
    CACHE,
  'shared/access/read-token.ts: known.expires <= Math.floor(clock.now() / 1_000) → true': CACHE,
  'shared/access/read-token.ts: clock.now() / 1_000 → clock.now() * 1_000': CACHE,
  'shared/access/read-token.ts: !ended && (await verifier.verificationKey(known.kid)) === known.key → false':
    CACHE,
  'shared/access/read-token.ts: checked.delete(token); → ;': CACHE,
  'shared/access/read-token.ts: checked.size >= MOST_TOKENS → true': CACHE,
  'shared/access/read-token.ts: checked.size >= MOST_TOKENS → false': CACHE,
  'shared/access/read-token.ts: checked.size >= MOST_TOKENS → checked.size > MOST_TOKENS': CACHE,
  'shared/access/read-token.ts: checked.size >= MOST_TOKENS → checked.size < MOST_TOKENS': CACHE,
  'shared/access/read-token.ts: checked.clear(); → ;': CACHE,
  'shared/access/read-token.ts: checked.set(token, found); → ;': CACHE,
  "shared/access/read-token.ts: error instanceof Error && 'code' in error → true": ALIKE,
  "shared/access/read-token.ts: error instanceof Error && 'code' in error → error instanceof Error || 'code' in error":
    ALIKE,
  "shared/access/read-token.ts: typeof code === 'string' → true": ALIKE,
  'shared/access/read-token.ts: /^ERR_J(WT|WS|OSE)_/ → /ERR_J(WT|WS|OSE)_/': ALIKE,
  'shared/access/sessions.ts: versions.size >= MOST_VERSIONS → true': CACHE,
  'shared/access/sessions.ts: versions.size >= MOST_VERSIONS → false': CACHE,
  'shared/access/sessions.ts: versions.size >= MOST_VERSIONS → versions.size > MOST_VERSIONS': CACHE,
  'shared/access/sessions.ts: versions.size >= MOST_VERSIONS → versions.size < MOST_VERSIONS': CACHE,
  'shared/access/sessions.ts: versions.clear(); → ;': CACHE,
  'shared/data/carried.ts: payerId === undefined || at === undefined → payerId === undefined && at === undefined':
    'its overloads take both or neither',
  'shared/data/carried.ts: payerId === undefined → false': 'its overloads take both or neither',
  'shared/data/carried.ts: at === undefined → false': 'its overloads take both or neither',
  "shared/data/carried.ts: typeof until === 'number' → true": COMPARED,
  'shared/data/carried.ts: traceparent !== undefined → true': 'JSON leaves out what is undefined',
  'shared/data/carried.ts: value.length * 3 > maxBytes → true':
    'spares the counting of bytes where they cannot be too many',
  'shared/data/carried.ts: value.length * 3 > maxBytes → value.length * 3 >= maxBytes':
    'spares the counting of bytes where they cannot be too many',
  'shared/data/condition.ts: operand === undefined → false': TWICE,
  "shared/data/condition.ts: typeof left === 'number' && typeof right === 'number' → typeof left === 'number' || typeof right === 'number'":
    'both are of one kind by then',
  "shared/data/condition.ts: typeof left === 'number' → true": 'both are of one kind by then',
  "shared/data/condition.ts: typeof right === 'number' → true": 'both are of one kind by then',
  "shared/data/condition.ts: typeof value !== 'number' → false": COMPARED,
  'shared/data/entity.ts: Object.keys(said).length === 0 → false':
    'spares a copy of what the key says nothing of',
  'shared/data/entity.ts: !saysNothing → true': 'spares a look at what the key says nothing of',
  "shared/data/expression.ts: check.kind === 'all' || check.kind === 'any' → true": PRECEDENCE,
  "shared/data/expression.ts: check.kind === 'all' → false": PRECEDENCE,
  "shared/data/expression.ts: check.kind === 'all' → check.kind !== 'all'": PRECEDENCE,
  'shared/data/expression.ts: \'all\' → ""': PRECEDENCE,
  "shared/data/query-plan.ts: kind === 'between' → true": 'there is one operator by then',
  "shared/data/query-plan.ts: value === undefined || typeof value === 'object' → false": TWICE,
  "shared/data/query-plan.ts: value === undefined || typeof value === 'object' → value === undefined && typeof value === 'object'":
    TWICE,
  'shared/data/query-plan.ts: value === undefined → false': TWICE,
  "shared/data/query-plan.ts: typeof value === 'object' → false": TWICE,
  'shared/data/query-plan.ts: \'object\' → ""': TWICE,
  "shared/data/sweep.ts: shard.status === 'fulfilled' → true":
    'for the compiler: what was rejected was thrown before',
  'shared/data/sweep.ts: [] → ["Stryker was here"]': 'for the compiler: what was rejected was thrown before',
  "shared/data/sweep.ts: typeof dueAt !== 'string' → false": KEPT,
  'shared/data/sweep.ts: timerOf(outcome.item)?.attempts → timerOf(outcome.item).attempts': KEPT,
  'shared/data/sweep.ts: timerOf(item)?.kind → timerOf(item).kind': KEPT,
  'shared/data/sweep.ts: \'\' → "Stryker was here!"': KEPT,
  'shared/data/sweep.ts: handler === undefined → false': 'calling nobody fails as well',
  'shared/data/sweep.ts: \'failed\' → ""': 'counted as what is neither done nor parked',
  'shared/data/condition.ts: \'a condition\' → ""': CALLED,
  'shared/data/condition.ts: \'$any\' → ""': CALLED,
  'shared/data/condition.ts: \'$all\' → ""': CALLED,
  'shared/data/condition.ts: \'a clause\' → ""': CALLED,
  'shared/data/condition.ts: \'a size\' → ""': CALLED,
  'functions/payment/check-settlement.ts: isOver(settlement) → false': AGAIN,
  'functions/payment/close-settlement.ts: because === undefined → false': LEFT_OUT,
  'functions/payment/close-settlement.ts: by === undefined → false': LEFT_OUT,
  'functions/payment/close-settlement.ts: settlement === undefined → false': THERE,
  'functions/payment/end-refund.ts: settlement === undefined → false': THERE,
  "functions/payment/end-refund.ts: { return { ...refund, status: 'SUCCESS', endedAt: at }; } → {}": AGAIN,
  'functions/payment/end-refund.ts: by === undefined → false': LEFT_OUT,
  'functions/payment/end-refund.ts: refusal === undefined → false': LEFT_OUT,
  'functions/payment/follow-refund.ts: isLongRefused(deps, refund) → true':
    'what stands on no list comes off none',
  'functions/payment/follow-refund.ts: order === undefined → false': THERE,
  'functions/payment/launch-settlement.ts: settlement === undefined → false': THERE,
  'functions/payment/ledger.ts: \'UnbalancedPosting\' → ""': CALLED,
  'functions/payment/ledger.ts: \'posting\' → ""': CALLED,
  'functions/payment/ledger.ts: total + fen → total - fen': 'nothing is nothing, counted up or down',
  'functions/payment/open-charges.ts: [] → ["Stryker was here"]': THERE,
  'functions/payment/open-settlement.ts: traceparent === undefined → false': LEFT_OUT,
  'functions/payment/open-settlement.ts: ofSettlement?.failed && ofSettlement.current → ofSettlement?.failed || ofSettlement.current':
    'an item is answered for what failed, and for nothing else',
  'functions/payment/open-settlement.ts: ofSettlement?.failed → ofSettlement.failed': THERE,
  'functions/payment/open-settlement.ts: ofCharges[index]?.failed → ofCharges[index].failed': THERE,
  'functions/payment/open-settlement.ts: payBy < next → payBy <= next':
    'of two that are equal either is taken',
  'functions/payment/open-settlement.ts: charge.payBy !== undefined → true': COMPARED,
  'functions/payment/open-settlement.ts: charge.payBy < first → charge.payBy <= first':
    'of two that are equal either is taken',
  'functions/payment/plan-orders.ts: account === undefined → false': THERE,
  'functions/payment/plan-orders.ts: [] → ["Stryker was here"]': THERE,
  'functions/payment/plan-orders.ts: \'\' → "Stryker was here!"': 'no sub-merchant has such a number',
  'functions/payment/receive-payment.ts: inTime !== undefined → false': AGAIN,
  "functions/payment/receive-payment.ts: now.status !== 'CLOSED' → false": AGAIN,
  'functions/payment/receive-payment.ts: delivered !== undefined → false': AGAIN,
  'functions/payment/receive-payment.ts: transactionId === undefined → false': THERE,
  'functions/payment/receive-payment.ts: lines[0]?.payeeId → lines[0].payeeId': THERE,
  'functions/payment/receive-payment.ts: `merchant-${paid.mchid}` → ``': THERE,
  'functions/payment/receive-payment.ts: settlement === undefined → false': THERE,
  "functions/payment/request-refund.ts: status !== 'PAID' || paidAt === undefined → status !== 'PAID' && paidAt === undefined":
    PAID,
  "functions/payment/request-refund.ts: status !== 'PAID' → false": PAID,
  'functions/payment/request-refund.ts: paidAt === undefined → false': PAID,
  'functions/payment/request-refund.ts: line === undefined || order === undefined → line === undefined && order === undefined':
    ORDERED,
  'functions/payment/request-refund.ts: line === undefined → false': ORDERED,
  'functions/payment/request-refund.ts: order === undefined → false': ORDERED,
  "functions/payment/retry-refund.ts: found.status === 'ABNORMAL' → true": AGAIN,
  "functions/payment/retry-refund.ts: refund.status === 'REQUESTED' → true":
    'over a counter a refund waits, or has ended well',
  'functions/payment/take-onsite-payment.ts: ofSettlement?.failed && ofSettlement.current → ofSettlement?.failed || ofSettlement.current':
    'an item is answered for what failed, and for nothing else',
  'functions/payment/take-onsite-payment.ts: ofSettlement?.failed → ofSettlement.failed': THERE,
  'functions/payment/take-onsite-payment.ts: ofCharges[index]?.failed → ofCharges[index].failed': THERE,
  'shared/charges/charge-lock.ts: traceparent === undefined → false': LEFT_OUT,
  'shared/charges/charge-lock.ts: event === undefined → false': LEFT_OUT,
  'shared/charges/charge.ts: \'PAID\' → ""':
    'a charge that is not open is passed over, whether its state is known or not',
  'shared/charges/charge.ts: \'VOID\' → ""':
    'a charge that is not open is passed over, whether its state is known or not',
  'shared/charges/charge.ts: \'REFUND_DUE\' → ""':
    'a charge that is not open is passed over, whether its state is known or not',
  'shared/charges/charge.ts: \'REFUNDED\' → ""':
    'a charge that is not open is passed over, whether its state is known or not',
};

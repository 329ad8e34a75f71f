const SESSION = 'a resident’s session has neither practitioner nor institution: its schema takes none';
const SUBJECT = 'no text is the word “undefined”, and nobody stands in a relation to that';
const CACHE = 'what a container remembers: without it, or with less of it, the answer is the same and later';
const TWICE = 'looked at twice: by the library, and again on what it answers';
const COMPARED = 'for the compiler: nothing is less or more than what is not there';
const ALIKE = 'no input tells the two apart';

/**
 * Changes that no test needs to notice, with the reason: `file: what was written → what it became`. Only a survivor that
 * stands here is explained; any other is a gap.
 */
export const REASONS: Readonly<Record<string, string>> = {
  'functions/booking/rules.ts: default: return what satisfies never; → default:':
    'never reached: the compiler counts the cases',
  'functions/booking/rules.ts: minimumAgeYears !== undefined → true': COMPARED,
  "functions/directory/rules.ts: parent === 'root' → false":
    'the root is a word and has no level that something could be above',
  'functions/directory/rules.ts: \'root\' → ""':
    'the root is a word and has no level that something could be above',
  'functions/directory/rules.ts: leftOn !== undefined → true': COMPARED,
  'functions/followup/evaluate.ts: consecutive !== undefined → true': COMPARED,
  'functions/identity/rules.ts: [] → ["Stryker was here"]': 'for the compiler: each state has its row',
  'functions/referral/rules.ts: institutionId !== target.institutionId → true':
    'nothing is higher than itself, which is asked for as well',
  'functions/referral/rules.ts: title !== undefined → true':
    'for the compiler: a list of titles has none that is not there',
  'functions/report/rules.ts: unit === undefined → false':
    'for the compiler: no unit compares with one that is not there',
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
};

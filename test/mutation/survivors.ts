/**
 * Changes that no test can or need notice, with the reason: `file: what was written → what it became`. Only here is a
 * survivor explained; the others are gaps.
 */
export const REASONS: Readonly<Record<string, string>> = {
  "shared/access/decide.ts: actor.kind !== 'staff' || actor.practitionerId === undefined → actor.kind !== 'staff' && actor.practitionerId === undefined":
    'a resident’s session has no practitioner: its schema takes none',
  "shared/access/decide.ts: actor.kind !== 'staff' → false":
    'a resident’s session has neither practitioner nor institution',
  'shared/access/decide.ts: subjectId === undefined → false':
    'the pattern refuses what is no text, or nobody stands in relation to it',
  "shared/access/read-token.ts: requiredClaims: ['exp'] → []": 'looked at once more on what was parsed',
  'shared/access/read-token.ts: checked.set(token, found); → ;':
    'a cache: without it the answer is the same, later',
  'shared/access/read-token.ts: checked.delete(token); → ;':
    'a cache: what has ended is checked anew each time',
};

/** What is mutated, by which tests it has to be noticed, and how much of it at least. */
export interface Subject {
  /** Globs of source files. */
  readonly mutate: readonly string[];
  /** Globs of test files; each mutant is tried with those of them that reach it. */
  readonly tests: readonly string[];
  /** Percent. */
  readonly bar: number;
}

export const subjects: Readonly<Record<string, Subject>> = {
  access: {
    // The matrix is a page to read: `test/access/matrix.test.ts` looks at its cells.
    mutate: ['shared/access/*.ts', '!shared/access/matrix.ts'],
    tests: ['test/access/{acting,decide,shared-views}.test.ts', 'test/http/{authenticate,audit}.test.ts'],
    bar: 95,
  },
  transitions: {
    mutate: ['functions/*/transitions.ts'],
    tests: ['test/contexts/*/transitions.test.ts', 'test/contexts/referral/rules.test.ts'],
    bar: 95,
  },
  payment: {
    mutate: [
      'functions/payment/{open,launch,check,close}-settlement.ts',
      'functions/payment/{receive-payment,take-onsite-payment,learn-from-wechat}.ts',
      'functions/payment/{request,follow,retry,end}-refund.ts',
      'functions/payment/{ledger,plan-orders,open-charges,insurance,pauses}.ts',
      'shared/charges/*.ts',
    ],
    // Those that notice most in the shortest time first.
    tests: [
      'test/contexts/payment/{giving-back,opening,taking-in,transitions,waiting}.test.ts',
      'test/contexts/payment/{lagging,orders,payees,worklist}.test.ts',
      'test/contexts/payment/{notifications,onsite,over-http,settling}.test.ts',
      'test/contexts/payment/refunding.test.ts',
    ],
    bar: 95,
  },
  rules: {
    mutate: ['functions/*/rules.ts', 'functions/signing/quote.ts', 'functions/followup/evaluate.ts'],
    tests: [
      'test/contexts/{booking,directory,followup,identity,referral,report}/rules.test.ts',
      'test/contexts/booking/{booking-a-number,finding,patient-record,pools-and-channels,rescheduling,rule-sets}.test.ts',
      'test/contexts/directory/{care-teams-and-alliances,institutions,staff}.test.ts',
      'test/contexts/identity/{family,register,staff,verification}.test.ts',
      'test/contexts/referral/{applying,down}.test.ts',
      'test/contexts/report/{critical,policy,policy-numbers,publishing}.test.ts',
      'test/contexts/signing/money.test.ts',
    ],
    bar: 85,
  },
  stores: {
    mutate: ['shared/data/{carried,condition,entity,expression,query-plan,resume-parked,said,sweep}.ts'],
    tests: [
      'test/engines/table/table-{entity,carried,sweep,refusals,queries,transactions,changes,conditions}.test.ts',
    ],
    bar: 85,
  },
};

/**
 * A city of 600,000 as this page reckons with it. These are sizes to reckon with, chosen on the high side; they are
 * neither measured nor policy. Change one and write the page again.
 */
export const CITY = {
  residents: 600_000,
  /** Of the residents. */
  signedShare: 0.4,
  /** A resident and year. */
  bookings: 2,
  /** Of the bookings. */
  paidOnlineShare: 0.5,
  /** A resident and year. */
  referrals: 0.02,
  /** A signed resident and year; of the others half as many. */
  reports: 4,
  /** A resident and year, with a new session each. */
  logins: 6,
  /** People who look at a week and two schedules and leave, for one who books. */
  lookers: 5,
  /** Years of what is kept in the table. */
  yearsKept: 15,
} as const;

/** How a container works. The first three are to be measured on AWS; nothing here was. */
export const CONTAINER = {
  /** Billed for each call of a function: our own code, Lambda's share. */
  millis: 6,
  /** One after another, for each call of DynamoDB. */
  millisACall: 4,
  /** An answer of a provider of messages, with the writes around it: a sweep waits for one after the other. */
  millisASending: 200,
  /** `infra/constructs/context-function.ts` */
  memoryMb: 1_024,
  /** Our log line, the metrics' line and Lambda's own three. */
  logBytes: 1_800,
  /** An answer with its headers, compressed from 1 KB on. */
  answerBytes: 2_000,
  /** Of an event in a context that no scene has: a copy kept or a state moved. Calls, write units, read units. */
  elsewhere: [2, 1, 1],
} as const;

/** What a city has whether anybody comes or not; alarms as `npm run synth` counts them. */
export const STANDING = {
  alarms: 130,
  keys: 1,
  /** A start of a container unwraps its keys; containers live for an hour or two. */
  keyRequestsAMonth: 200_000,
  minutesAMonth: 43_800,
  /** An empty sweep: one query in each partition of the due index, half a unit each. */
  sweep: [4, 0, 2],
  logMonthsKept: 6,
  /** One file of a report in three is a picture of so much. */
  fileShare: 0.33,
  fileBytes: 1_500_000,
  /** Of an item's bytes, what its indexes hold again: 0.11 (a report) to 0.43 (follow-up) in the stories, 0.25 over all. */
  indexShare: 0.3,
} as const;

/** How uneven a day is. */
export const RUSH = {
  daysAYear: 365,
  /** Of a day's requests in its busiest hour. */
  busiestHour: 0.2,
  /** The busiest minute of that hour, when numbers are released, beside an ordinary one. */
  busiestMinute: 10,
  /** Of the callers of one doctor, for each number, in the minute of release. */
  callersANumber: 40,
  numbersOfADoctor: 50,
} as const;

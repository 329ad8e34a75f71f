import type { Units } from '../../support/meter.ts';

/** What `../stories/book-and-pay.ts` comes to, step by step: calls, write units and read units. */
export const BOOK_AND_PAY: Readonly<Record<string, Units>> = {
  'the number is booked': [6, 6, 3],
  'what follows of that': [1, 1, 0],
  'the settlement is opened': [7, 6, 5],
  'what follows of the settlement': [5, 3, 2],
  'WeChat tells of the payment': [2, 8, 1],
  'what follows of the payment': [6, 4, 2.5],
};

import type { Mutant } from './mutant.ts';

const inPayment = (name: string, harm: string, file: string, from: string, to: string): Mutant => ({
  ...{ name, harm, from, to },
  workflow: 'payment',
  file: file.startsWith('shared/') ? `${file}.ts` : `functions/payment/${file}.ts`,
});

export const paymentMutants: readonly Mutant[] = [
  inPayment(
    'late-payment-ignored',
    'money that comes after the order was let go stays with the hospital for nothing',
    'receive-payment',
    `settlement === undefined || settlement.status === 'PAID') return settlement;`,
    `settlement === undefined || settlement.status === 'PAID' || settlement.status === 'CLOSED') return settlement;`,
  ),
  inPayment(
    'let-go-while-paying',
    'a charge is given free while its payer stands at the password',
    'close-settlement',
    `return { settlement: await giveUpIfDue(deps, settlement), outcome };`,
    `return { settlement: await letGo(deps, settlement, {}), outcome };`,
  ),
  inPayment(
    'opened-without-a-claim',
    'two payers pay the same charge',
    'open-settlement',
    `    ...chosen.map((charge) => claimCharge(deps, { patientId, ...charge }, settlementId)),\n`,
    '',
  ),
  inPayment(
    'refund-over-the-sum',
    'two clerks give back more than was paid',
    'request-refund',
    `{ if: { status: 'PAID', [\`\${path}.refundAskedFen\`]: line.refundAskedFen } },`,
    `{ if: { status: 'PAID' } },`,
  ),
  inPayment(
    'refund-told-of-twice',
    'a notification that comes again is an error for ever',
    'end-refund',
    `    if (!refundsBefore('SUCCESS').includes(refund.status)) return refund;\n`,
    '',
  ),
  inPayment(
    'closing-without-a-timer',
    'an order whose closing dies half-way is never looked at again',
    'close-settlement',
    `      timer: { kind: CHECK, at: instant(deps.clock) },\n`,
    `      timer: null,\n`,
  ),
  inPayment(
    'late-payment-takes-another-claim',
    'a late payment takes the charge that somebody else is paying',
    'shared/charges/charge-lock',
    `    onlyIf: { $any: [{ status: { ne: 'CLAIMED' } }, { settlementId }] },\n`,
    '',
  ),
  inPayment(
    'charge-not-given-back-whole',
    'a charge of which nothing is left is still taken for paid',
    'end-refund',
    `    ...(isWhole ? [`,
    `    ...(isWhole && line.refundedFen > 0 ? [`,
  ),
  inPayment(
    'called-off-not-refunded',
    'a visit that was called off is not paid back',
    'subscriptions',
    `    await askRefund(deps, lock.settlementId, request);\n`,
    '',
  ),
  inPayment(
    'ledger-forgets-the-payee',
    'a refund is booked out of the wrong hospital’s account',
    'ledger',
    `{ account: payeeAccount(payeeId), fen: amountFen, outTradeNo, chargeId },`,
    `{ account: payeeAccount(order.mchid), fen: amountFen, outTradeNo, chargeId },`,
  ),
  inPayment(
    'let-go-before-the-order-is-closed',
    'two payers pay one charge, because it was free before WeChat had closed the order',
    'close-settlement',
    `  const outcome = await closeOrder(deps, settlement);\n`,
    `  await letGo(deps, settlement, {});\n  const outcome = await closeOrder(deps, settlement);\n`,
  ),
  inPayment(
    'launched-after-letting-go',
    'a payer is sent to the cashier for what was let go before the order reached WeChat',
    'launch-settlement',
    `  assertPayable(await afterPlacing(deps, settlement));\n`,
    '',
  ),
];

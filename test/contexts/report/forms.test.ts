import { expect, it } from 'vitest';
import { fhirOfPublication } from '../../../functions/report/fhir-write.ts';
import { MOST_ROWS, publication } from '../../../functions/report/publish-contracts.ts';
import { invalidities } from './fhir-validator.ts';
import {
  COUNTY,
  doctor,
  ELSEWHERE,
  home,
  homePath,
  LIN,
  openWorld,
  PATIENT,
  potassium,
  publisher,
  row,
  staffPath,
  TREATMENT,
} from './world.ts';

it('takes a report as FHIR R4 beside our own JSON, and serves it as one that validators accept', async () => {
  const world = await openWorld();
  await world.register(PATIENT, LIN);
  const given = publication.parse(row());
  const send = async (body: object) =>
    world.ask('POST', `/report/institutions/${COUNTY}/fhir`, { as: await publisher(world), body });
  const resource = fhirOfPublication(given, COUNTY);
  const { rows: [first] = [] } = (await send(resource)).body as {
    rows?: { outcome: string; reportId: string }[];
  };
  expect(first?.outcome).toBe('PUBLISHED');
  // The same report in either form is the same report.
  const [again] = await world.publish(given);
  expect([again?.outcome, again?.reportId]).toEqual(['REPEATED', first?.reportId]);
  const { body, headers } = await world.ask('GET', homePath(first?.reportId, PATIENT, 'fhir'), {
    as: await home(world),
  });
  expect(headers['content-type']).toBe('application/fhir+json');
  expect(body).toMatchObject({ resourceType: 'DiagnosticReport', status: 'final' });
  expect(JSON.stringify(body)).not.toContain(LIN.idNumber);
  expect(invalidities(body)).toEqual([]);
  const bad = (await send({ resourceType: 'DiagnosticReport' })).body;
  expect(bad).toMatchObject({ rows: [{ outcome: 'REFUSED', code: 'ROW_INVALID' }] });
});

it('judges a report by the catalogue’s codes also where LOINC’s stand before them', async () => {
  const world = await openWorld();
  await world.register(PATIENT, LIN);
  const send = async (results: readonly { readonly code: string }[], loinc: string) => {
    const report = fhirOfPublication(publication.parse(row({ results })), COUNTY);
    const contained = (report.contained ?? []).map((one) =>
      one.resourceType === 'Observation'
        ? {
            ...one,
            code: {
              text: '项目',
              coding: [
                { system: 'http://loinc.org', code: loinc },
                { system: 'urn:hospital:items', code: results[0]?.code },
              ],
            },
          }
        : one,
    );
    const body = { ...report, contained };
    await world.ask('POST', `/report/institutions/${COUNTY}/fhir`, { as: await publisher(world), body });
  };
  await send([{ ...potassium(6.9), code: 'K' }], '2823-3');
  expect(world.events.map(({ type }) => type)).toContain('report.critical-notified');
  await send([{ ...potassium(1), code: 'HIV-AB' }], '75622-1');
  const { body } = await world.ask('GET', homePath(), { as: await home(world) });
  expect((body as { reports: unknown[] }).reports).toHaveLength(1);
});

it('takes no more reports in a bundle than in a batch', async () => {
  const world = await openWorld();
  const resource = fhirOfPublication(publication.parse(row()), COUNTY);
  const entry = Array.from({ length: MOST_ROWS + 1 }, () => ({ resource }));
  const answer = await world.ask('POST', `/report/institutions/${COUNTY}/fhir`, {
    as: await publisher(world),
    body: { resourceType: 'Bundle', entry },
  });
  expect(answer.body).toMatchObject({
    code: 'INVALID_REQUEST',
    fields: [{ path: 'entry', code: 'too_big' }],
  });
});

it('prints a page with the whole name for the patient, and none for a stranger', async () => {
  const world = await openWorld();
  await world.register(PATIENT, LIN);
  const [{ reportId } = {}] = await world.publish(row({ results: [potassium(6)] }));
  const page = await world.ask('GET', homePath(reportId, PATIENT, 'page'), { as: await home(world) });
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.body).toContain(LIN.name);
  expect(page.body).not.toContain(LIN.idNumber);
  for (const form of ['page', 'fhir']) {
    const stranger = await world.ask('GET', staffPath(ELSEWHERE, reportId, PATIENT, form), {
      as: await doctor(world, 'dr-elsewhere', ELSEWHERE),
      query: TREATMENT,
    });
    expect(stranger.code).toBe('REPORT_NOT_FOUND');
  }
});

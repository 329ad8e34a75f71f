import { createHash } from 'node:crypto';
import { report } from '../../../functions/report/context.ts';
import { fhirOfPublication } from '../../../functions/report/fhir-write.ts';
import { publication } from '../../../functions/report/publish-contracts.ts';
import { alliances } from '../../../functions/report/store.ts';
import { staff } from '../../contexts/booking/door.ts';
import {
  COUNTY,
  doctor,
  home,
  LIN,
  openWorld,
  PATIENT,
  potassium,
  publisher,
  row,
  SMALL,
  TOWN,
  TREATMENT,
} from '../../contexts/report/world.ts';
import type { Meter } from '../../support/meter.ts';
import { asker } from './asker.ts';

const HOME = '/report/patients/{patientId}';
const AT = '/report/institutions/{institutionId}';
const THERE = `${AT}/patients/{patientId}`;
const PDF = Buffer.from('%PDF-1.7 a report');

/** A blood count with a file and one with a critical value, read by the patient and at the hospital; recognised in a town. */
export async function walkReport(meter: Meter): Promise<void> {
  const world = await openWorld({ meter });
  const { deps } = world;
  await world.register(PATIENT, LIN);
  await alliances.put(deps.table, 'county-alliance', {
    allianceId: 'county-alliance',
    leadId: COUNTY,
    members: [{ institutionId: TOWN, joinedOn: '2020-01-01' }],
    capabilities: ['result-recognition'],
    exceptions: [],
    active: true,
    version: 1,
  });
  await world.relate('SIGNED', 'dr-family');
  const ask = asker(deps, report, world.settle);
  const lis = () => publisher(world);
  const me = () => home(world);
  const cardiologist = () => doctor(world, 'dr-order', COUNTY);
  const family = () => doctor(world, 'dr-family', TOWN);
  const clerk = () => staff(deps, 'acc-clerk', ['clerk'], { institutionId: COUNTY });
  const administrator = () =>
    staff(deps, 'acc-admin', ['institution-administrator'], { institutionId: TOWN });
  const here = { institutionId: COUNTY, patientId: PATIENT };
  const publish = async (more: object = {}) =>
    (await ask(`POST ${AT}/reports`, here, { as: lis, body: { reports: [row(more)] } })).rows[0]
      .reportId as string;

  const facts = {
    contentType: 'application/pdf',
    sizeBytes: PDF.length,
    sha256: createHash('sha256').update(PDF).digest('hex'),
  };
  const { fileId, url, headers } = await ask(`POST ${AT}/report-files`, here, { as: lis, body: facts });
  const { pathname, search } = new URL(url);
  await world.serveFile({ method: 'PUT', pathname, search, headers, body: PDF });
  const reportId = await publish({ files: [{ fileId, title: '血常规', contentType: 'application/pdf' }] });
  const one = { ...here, reportId, fileId, code: 'K' };
  const readings = [
    '/reports',
    '/reports/{reportId}',
    '/reports/{reportId}/editions',
    '/reports/{reportId}/page',
    '/reports/{reportId}/fhir',
    '/reports/{reportId}/files/{fileId}',
    '/trends/{code}',
  ];
  for (const reading of readings) {
    await ask(`GET ${HOME}${reading}`, one, { as: me });
    await ask(`GET ${THERE}${reading}`, one, { as: cardiologist, query: TREATMENT });
  }
  await ask(`GET ${HOME}/consents`, one, { as: me });
  await ask(`PUT ${HOME}/consents/{kind}`, { ...one, kind: 'SIGNED' }, { as: me, body: { granted: true } });

  const critical = { ...here, reportId: await publish({ results: [potassium(6.9)] }) };
  await ask(`GET ${AT}/critical-values`, critical, { as: cardiologist });
  await ask(`POST ${AT}/critical-values/{reportId}/acknowledgement`, critical, { as: cardiologist });
  await ask(`POST ${AT}/critical-values/{reportId}/resolution`, critical, {
    as: cardiologist,
    body: { measure: '静推葡萄糖酸钙' },
  });

  const atTown = { institutionId: TOWN, patientId: PATIENT };
  const { offers } = await ask(`POST ${THERE}/examination-checks`, atTown, {
    as: family,
    body: { codes: ['CBC'] },
  });
  await ask(`POST ${THERE}/examination-orders`, atTown, {
    as: family,
    body: { code: 'CBC', recognises: offers[0].reportId },
  });
  await ask(`GET ${AT}/recognition-counts`, atTown, {
    as: administrator,
    query: { from: '2026-01', until: '2026-12' },
  });

  await publish({ patient: SMALL });
  await ask(`GET ${AT}/unmatched-reports`, here, { as: clerk });
  const handedOver = await publish({ examination: { code: 'TPPA', name: '梅毒螺旋体抗体' }, results: [] });
  await ask(
    `POST ${AT}/reports/{reportId}/release`,
    { ...here, reportId: handedOver },
    { as: clerk, body: { idNumber: LIN.idNumber } },
  );
  await ask(`POST ${AT}/fhir`, here, { as: lis, body: fhirOfPublication(publication.parse(row()), COUNTY) });
}

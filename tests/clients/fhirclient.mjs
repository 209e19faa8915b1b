// The server, driven by fhirclient.

import assert from "node:assert/strict";
import smart from "fhirclient";
import { creating, drive, made, patientOf, patientWithObservation } from "./steps.mjs";

const LIBRARY = "fhirclient";
const SYSTEM = `urn:clients:${LIBRARY}`;

await drive(LIBRARY, (base) => {
  const client = new smart.FhirClient(base);
  const patient = (value, family) => patientOf(LIBRARY, value, family);
  const status = (promise) => promise.then(assert.fail, (error) => error.status);
  const search = (query) => client.fhirRequest(`Patient?identifier=${SYSTEM}|${query}`);
  const sending = (method, body, headers) => ({
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
    includeResponse: true,
  });
  let id;

  return {
    capabilities: async () => {
      assert.equal(await client.getFhirVersion(), "4.0.1");
      assert.equal(await client.getFhirRelease(), 4);
    },
    create: async () => {
      const { body, response } = await client.create(patient("1", "Love"), { includeResponse: true });
      id = body.id;
      assert.equal(response.status, 201);
      assert.equal(response.headers.get("location"), `${base}/Patient/${id}/_history/1`);
    },
    "create without an answer": async () => {
      // The library reads what was made by its Location.
      const made = await client.create(patient("minimal", "Less"), { headers: { prefer: "return=minimal" } });
      assert.equal(made.name[0].family, "Less");
    },
    read: async () => {
      const read = await client.fhirRequest(`Patient/${id}`);
      assert.deepEqual([read.meta.versionId, read.name[0].family], ["1", "Love"]);
      assert.equal(await status(client.fhirRequest("Patient/nobody")), 404);
    },
    update: async () => {
      const updated = await client.update({ ...patient("1", "Lace"), id });
      assert.deepEqual([updated.meta.versionId, updated.name[0].family], ["2", "Lace"]);
      const stale = { headers: { "if-match": 'W/"1"' } };
      assert.equal(await status(client.update({ ...patient("1", "Lost"), id }, stale)), 412);
    },
    "conditional create": async () => {
      const headers = { "if-none-exist": `identifier=${SYSTEM}|1` };
      const found = await client.create(patient("1", "Love"), { headers, includeResponse: true });
      assert.deepEqual([found.response.status, found.body.id], [200, id]);
    },
    "conditional update": async () => {
      const url = `Patient?identifier=${SYSTEM}|1`;
      const { body, response } = await client.fhirRequest(url, sending("PUT", patient("1", "Lovell")));
      assert.deepEqual([response.status, body.id, body.meta.versionId], [200, id, "3"]);
    },
    patch: async () => {
      const patched = await client.patch(`Patient/${id}`, [{ op: "add", path: "/gender", value: "female" }]);
      assert.deepEqual([patched.gender, patched.meta.versionId], ["female", "4"]);
      assert.equal(await status(client.patch(`Patient/${id}`, [{ op: "remove", path: "/photo" }])), 422);
    },
    history: async () => {
      const history = await client.fhirRequest(`Patient/${id}/_history`);
      assert.deepEqual(history.entry.map((entry) => entry.resource.meta.versionId), ["4", "3", "2", "1"]);
      assert.deepEqual(history.entry.map((entry) => entry.request.method), ["PUT", "PUT", "PUT", "POST"]);
    },
    transaction: async () => {
      const bundle = patientWithObservation(patient("2", "Whole"));
      const { body } = await client.fhirRequest("", sending("POST", bundle));
      assert.equal(body.type, "transaction-response");
      const observation = await client.fhirRequest(made(body.entry[1]));
      assert.equal(observation.subject.reference, made(body.entry[0]));
      await client.resolveReferences(observation, ["subject"]);
      assert.equal(observation.subject.name[0].family, "Whole");
    },
    batch: async () => {
      const batch = creating("batch", [patient("3", "Good"), { resourceType: "Patient", active: "maybe" }]);
      const { body } = await client.fhirRequest("", sending("POST", batch));
      assert.deepEqual(body.entry.map((entry) => entry.response.status.slice(0, 3)), ["201", "422"]);
      assert.equal(body.entry[1].response.outcome.resourceType, "OperationOutcome");
    },
    search: async () => {
      const found = await search("1&birthdate=ge1980-01-01&gender=female&_elements=name");
      assert.deepEqual([found.total, found.entry[0].resource.id], [1, id]);
      const included = await client.fhirRequest(
        `Observation?patient.identifier=${SYSTEM}|2&_include=Observation:patient&_summary=false`,
      );
      assert.deepEqual(included.entry.map((entry) => entry.search.mode), ["match", "include"]);
      assert.equal((await search("none")).total, 0);
    },
    paging: async () => {
      const people = Array.from({ length: 25 }, (_, number) => patient(`p${number}`, `Page${number}`));
      await client.fhirRequest("", sending("POST", creating("batch", people)));
      const first = `Patient?family=Page&identifier=${SYSTEM}|&_count=10&_sort=birthdate`;
      const sizes = [];
      for await (const page of client.pages(first)) sizes.push(page.entry.length);
      assert.deepEqual(sizes, [10, 10, 5]);
      const ids = new Set();
      for await (const resource of client.resources(first)) ids.add(resource.id);
      assert.equal(ids.size, 25);
    },
    delete: async () => {
      await client.delete(`Patient/${id}`);
      assert.equal(await status(client.fhirRequest(`Patient/${id}`)), 410);
      assert.equal((await search("1")).total, 0);
    },
  };
});

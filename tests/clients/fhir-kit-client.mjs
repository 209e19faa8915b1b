// The server, driven by fhir-kit-client.

import assert from "node:assert/strict";
import { Client } from "fhir-kit-client";
import { creating, drive, made, patientOf, patientWithObservation } from "./steps.mjs";

const LIBRARY = "fhir-kit-client";
const SYSTEM = `urn:clients:${LIBRARY}`;
const resourceType = "Patient";

await drive(LIBRARY, (baseUrl) => {
  const client = new Client({ baseUrl });
  const patient = (value, family) => patientOf(LIBRARY, value, family);
  const answerTo = (result) => Client.httpFor(result).response;
  const status = (promise) => promise.then(assert.fail, (error) => error.response.status);
  const search = (searchParams, options) => client.search({ resourceType, searchParams, options });
  let id;

  return {
    capabilities: async () => {
      const statement = await client.capabilityStatement();
      assert.equal(statement.fhirVersion, "4.0.1");
    },
    create: async () => {
      const created = await client.create({ resourceType, body: patient("1", "Love") });
      id = created.id;
      assert.equal(answerTo(created).status, 201);
      assert.equal(answerTo(created).headers.get("location"), `${baseUrl}/Patient/${id}/_history/1`);
      assert.equal(created.meta.versionId, "1");
    },
    read: async () => {
      const read = await client.read({ resourceType, id });
      assert.deepEqual(read.name, [{ family: "Love", given: ["Ada"] }]);
      assert.equal(answerTo(read).headers.get("etag"), 'W/"1"');
      assert.equal(await status(client.read({ resourceType, id: "nobody" })), 404);
    },
    update: async () => {
      const body = { ...patient("1", "Lace"), id };
      const headers = { "If-Match": 'W/"1"' };
      const updated = await client.update({ resourceType, id, body, options: { headers } });
      assert.deepEqual([updated.meta.versionId, updated.name[0].family], ["2", "Lace"]);
      assert.equal(await status(client.update({ resourceType, id, body, options: { headers } })), 412);
    },
    "conditional create": async () => {
      const options = { headers: { "If-None-Exist": `identifier=${SYSTEM}|1` } };
      const found = await client.create({ resourceType, body: patient("1", "Love"), options });
      assert.deepEqual([answerTo(found).status, found.id], [200, id]);
    },
    "conditional update": async () => {
      const update = (value, family) =>
        client.update({
          resourceType,
          searchParams: { identifier: `${SYSTEM}|${value}` },
          body: patient(value, family),
        });
      const updated = await update("1", "Lovell");
      assert.deepEqual([updated.id, updated.meta.versionId], [id, "3"]);
      assert.equal(answerTo(await update("2", "Made")).status, 201);
    },
    patch: async () => {
      const jsonPatch = [
        { op: "test", path: "/name/0/family", value: "Lovell" },
        { op: "add", path: "/gender", value: "female" },
      ];
      const patched = await client.patch({ resourceType, id, jsonPatch });
      assert.deepEqual([patched.gender, patched.meta.versionId], ["female", "4"]);
    },
    vread: async () => {
      const first = await client.vread({ resourceType, id, version: "1" });
      assert.equal(first.name[0].family, "Love");
    },
    history: async () => {
      const families = (bundle) => bundle.entry.map((entry) => entry.resource.name[0].family);
      const own = await client.history({ resourceType, id });
      assert.deepEqual([own.type, own.total], ["history", 4]);
      assert.deepEqual(families(own), ["Lovell", "Lovell", "Lace", "Love"]);
      assert.equal((await client.history({ resourceType })).entry[0].resource.id, id);
      assert.equal((await client.history()).entry[0].resource.id, id);
    },
    transaction: async () => {
      const response = await client.transaction({ body: patientWithObservation(patient("3", "Whole")) });
      assert.equal(response.type, "transaction-response");
      const [subject, observation] = response.entry.map(made);
      const read = await client.request(observation);
      assert.equal(read.subject.reference, subject);
      const resolved = await client.resolve({ reference: subject });
      assert.equal(resolved.name[0].family, "Whole");
      const found = await client.search({
        resourceType: "Observation",
        searchParams: { "subject:Patient.identifier": `${SYSTEM}|3`, "value-quantity": "gt71" },
      });
      assert.equal(found.total, 1);
    },
    batch: async () => {
      const body = creating("batch", [patient("4", "Good"), { resourceType, birthDate: "no date" }]);
      body.entry.push({ request: { method: "GET", url: `Patient/${id}` } });
      const response = await client.batch({ body });
      const statuses = response.entry.map((entry) => entry.response.status.slice(0, 3));
      assert.deepEqual([response.type, statuses], ["batch-response", ["201", "422", "200"]]);
      assert.equal(response.entry[2].resource.id, id);
    },
    search: async () => {
      const one = await search({ identifier: `${SYSTEM}|1`, birthdate: "lt2000", "family:exact": "Lovell" });
      assert.deepEqual([one.total, one.entry[0].resource.id], [1, id]);
      const either = { identifier: [`${SYSTEM}|`], family: "good,made", _sort: "-family", _elements: "name" };
      const families = (await search(either)).entry.map((entry) => entry.resource.name[0].family);
      assert.deepEqual(families, ["Made", "Good"]);
      const posted = await search({ identifier: `${SYSTEM}|1` }, { postSearch: true });
      assert.equal(posted.total, 1);
      const everywhere = await client.search({ searchParams: { _type: "Patient", _id: id } });
      assert.equal(everywhere.total, 1);
      assert.equal((await search({ identifier: `${SYSTEM}|none` })).total, 0);
    },
    compartment: async () => {
      const [entry] = (await search({ identifier: `${SYSTEM}|3` })).entry;
      const compartment = { resourceType, id: entry.resource.id };
      const found = await client.search({ resourceType: "Observation", compartment });
      assert.equal(found.total, 1);
    },
    paging: async () => {
      const people = Array.from({ length: 25 }, (_, number) => patient(`p${number}`, `Page${number}`));
      await client.batch({ body: creating("batch", people) });
      const pages = [await search({ family: "Page", identifier: `${SYSTEM}|`, _count: 10, _sort: "-_lastUpdated" })];
      for (let next; (next = await client.nextPage({ bundle: pages.at(-1) })); ) pages.push(next);
      assert.deepEqual(pages.map((page) => [page.entry.length, page.total]), [[10, 25], [10, 25], [5, 25]]);
      const ids = pages.flatMap((page) => page.entry.map((entry) => entry.resource.id));
      assert.equal(new Set(ids).size, 25);
      const before = await client.prevPage({ bundle: pages[2] });
      assert.deepEqual(before.entry.map((entry) => entry.resource.id), ids.slice(10, 20));
    },
    operation: async () => {
      const input = { ...patient("5", "Checked") };
      const outcome = await client.operation({ name: "validate", resourceType, input });
      assert.equal(outcome.resourceType, "OperationOutcome");
      const everything = await client.operation({ name: "$everything", resourceType, id, method: "GET" });
      assert.equal(everything.entry[0].resource.id, id);
    },
    delete: async () => {
      await client.delete({ resourceType, id });
      assert.equal(await status(client.read({ resourceType, id })), 410);
      assert.equal((await search({ identifier: `${SYSTEM}|1` })).total, 0);
    },
  };
});

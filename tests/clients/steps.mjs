// What the clients in JavaScript share: their steps, run in order, and the people they write.

/** Runs steps, by name, against the base given on the command line. The first that fails is named and ends the program. */
export async function drive(library, stepsOf) {
  const base = process.argv[2];
  const steps = Object.entries(stepsOf(base));
  for (const [name, step] of steps) {
    try {
      await step();
    } catch (error) {
      console.error(`${library}: "${name}" failed: ${error.stack ?? error}`);
      process.exit(1);
    }
  }
  console.log(`${library}: ${steps.length} steps passed`);
}

/** A patient of this client alone: what it searches for, no other has written. */
export function patientOf(library, value, family) {
  return {
    resourceType: "Patient",
    identifier: [{ system: `urn:clients:${library}`, value }],
    name: [{ family, given: ["Ada"] }],
    birthDate: "1985-02-01",
  };
}

/** A Bundle whose entries create resources. */
export function creating(type, resources) {
  const entry = resources.map((resource) => ({
    resource,
    request: { method: "POST", url: resource.resourceType },
  }));
  return { resourceType: "Bundle", type, entry };
}

/** A transaction of a patient and of an observation that refers to it by a UUID. */
export function patientWithObservation(patient) {
  const uuid = "urn:uuid:3f0e7a4e-5a3c-4b58-9d5c-0c1d2e3f4a5b";
  const observation = {
    resourceType: "Observation",
    status: "final",
    code: { coding: [{ system: "http://loinc.org", code: "29463-7" }] },
    subject: { reference: uuid },
    valueQuantity: { value: 71.5, unit: "kg", system: "http://unitsofmeasure.org", code: "kg" },
  };
  const bundle = creating("transaction", [patient, observation]);
  bundle.entry[0].fullUrl = uuid;
  return bundle;
}

/** Type and id of what an entry of a response made. */
export function made(entry) {
  return entry.response.location.split("/_history/")[0].split("/").slice(-2).join("/");
}

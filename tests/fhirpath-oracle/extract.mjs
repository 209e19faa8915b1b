// Evaluates every R4 search parameter on every resource of a folder with HL7's FHIRPath engine.
//
//   node extract.mjs <folder of resources> <folder of the package hl7.fhir.r4.core> <output>
//
// Writes a line per parameter, and per component and instance of a composite, that selects something or fails:
//   {"file", "parameter", "component", "instance", "values": [{"type", "value"}]} or {..., "error"}

import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

// The package's CommonJS form: only there are the engine's nodes the same class as the engine's own.
const require = createRequire(import.meta.url);
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');
const { ResourceNode } = require('fhirpath/src/types.js');

const [resources, definitions, output] = process.argv.slice(2);
const read = (folder) => (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

// What a reference leads to is told by its text, or else by its own type; contained resources are looked up.
let root;
const types = new Set(Object.keys(r4.type2Parent));
function target(reference) {
  const text = typeof reference === 'string' ? reference : reference?.reference;
  if (text?.startsWith('#')) {
    return text === '#' ? root : (root.contained ?? []).find((resource) => resource.id === text.slice(1));
  }
  const path = text?.split('/_history/')[0].split('/') ?? [];
  const named = path.length > 1 ? path[path.length - 2] : undefined;
  const isId = /^[A-Za-z0-9.-]{1,64}$/.test(path[path.length - 1] ?? '');
  const type = isId && types.has(named) ? named : reference?.type;
  return types.has(type) ? { resourceType: type } : undefined;
}
function resolve(nodes) {
  const found = nodes.map((node) => target(node.data ?? node)).filter((resource) => resource !== undefined);
  return found.map((resource) => ResourceNode.makeResNode(this, resource, null, null, null, null));
}

const options = {
  userInvocationTable: {
    resolve: { fn: resolve, arity: { 0: [] }, internalStructures: true },
    // One of R4's expressions calls it, though no release of FHIRPath has it.
    hasExtension: {
      fn: (items, url) => [items.some((item) => item?.extension?.some((extension) => extension.url === url))],
      arity: { 1: ['String'] },
    },
  },
};

const compiled = new Map();
function evaluate(resource, expression) {
  if (!compiled.has(expression)) {
    compiled.set(expression, fhirpath.compile(expression, r4, options));
  }
  return compiled.get(expression)(resource, { resource });
}

const isA = (type, ancestor) => type !== undefined && (type === ancestor || isA(r4.type2Parent[type], ancestor));

const parameters = readdirSync(definitions)
  .filter((name) => name.startsWith('SearchParameter-') && name.endsWith('.json'))
  .sort()
  .map(read(definitions))
  .filter((parameter) => parameter.expression !== undefined && !parameter.id.startsWith('example'));

const out = createWriteStream(output);
const write = (row) => out.write(`${JSON.stringify(row)}\n`);

// The start of a message tells its kind; the rest would be data.
const kindOf = (error) => String(error.message).split(', got')[0].slice(0, 80);

function rows(place, resource, expression) {
  try {
    const values = evaluate(resource, expression);
    if (values.length > 0) {
      const named = evaluate(resource, `(${expression}).select(type().namespace + '.' + type().name)`);
      write({ ...place, values: values.map((value, index) => ({ type: named[index], value })) });
    }
  } catch (error) {
    write({ ...place, error: kindOf(error) });
    // R5 corrected `as`, which takes one item only, to `ofType`.
    const corrected = expression.replaceAll(/\(([\w.]+) as (\w+)\)/g, '$1.ofType($2)');
    if (corrected !== expression) {
      rows({ ...place, corrected: true }, resource, corrected);
    }
  }
}

for (const name of readdirSync(resources).filter((name) => name.endsWith('.json')).sort()) {
  root = read(resources)(name);
  const file = basename(name);
  for (const parameter of parameters) {
    if (!parameter.base?.some((base) => isA(root.resourceType, base))) {
      continue;
    }
    const { url, expression, component = [] } = parameter;
    if (component.length === 0) {
      rows({ file, parameter: url }, root, expression);
      continue;
    }
    const instances = evaluate(root, expression).length;
    for (let instance = 0; instance < instances; instance += 1) {
      component.forEach((part, index) => {
        const of = `(${expression}).skip(${instance}).take(1).select(${part.expression})`;
        rows({ file, parameter: url, component: index, instance }, root, of);
      });
    }
  }
}
out.end();

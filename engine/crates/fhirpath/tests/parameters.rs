//! Every search parameter of R4 compiles, on every type that it is for.

use std::collections::BTreeSet;

use fornax_definitions::{SearchParameter, TypeId, r4};
use fornax_fhirpath::{Compiler, Dialect, ExtractionPlan};

/// The types that a resource with this parameter can be of. One without a type is for any.
fn types(parameter: &SearchParameter) -> BTreeSet<TypeId> {
    let is_for = |resource: TypeId| parameter.base.iter().any(|base| r4().is_a(resource, *base));
    let resources = r4().resource_types().map(|of| of.id);
    resources.filter(|resource| parameter.base.is_empty() || is_for(*resource)).collect()
}

#[test]
fn every_expression_compiles() {
    let compilers = [Dialect::Standard, Dialect::R4].map(|dialect| Compiler::new(r4()).dialect(dialect));
    let mut compiled = 0;
    let mut failed = Vec::new();
    for parameter in r4().all_parameters() {
        let Some(expression) = &parameter.expression else { continue };
        compiled += 1;
        for (resource, compiler) in
            types(parameter).into_iter().flat_map(|of| compilers.iter().map(move |c| (of, c)))
        {
            if let Err(error) = compiler.compile(expression, resource) {
                failed.push(format!("{} on {}: {error}", parameter.url, r4().type_of(resource).name));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(
        compiled, 1_385,
        "R4 has 1,384 search parameters with an expression, and `_language` is added"
    );
}

#[test]
fn every_resource_type_has_a_plan() {
    let compiler = Compiler::new(r4());
    let plan = |resource| ExtractionPlan::new(&compiler, resource, r4().parameters(resource));
    let failed: Vec<_> = r4().resource_types().filter_map(|of| plan(of.id).err()).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

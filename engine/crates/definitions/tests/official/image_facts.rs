//! The facts that the image states, through the crate's public face.

use std::collections::BTreeSet;

use fornax_definitions::{
    Binding, Coded, Compartment, Definitions, Element, ElementType, Operation, OperationParameter,
    OperationType, SearchParameter, Type, TypeId, TypeKind,
};

/// One line a fact.
pub fn lines(definitions: &Definitions) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let facts = Facts { definitions };
    definitions.types().iter().for_each(|one| facts.type_lines(&mut out, one));
    definitions.all_parameters().for_each(|one| facts.parameter(&mut out, one));
    definitions.compartments().iter().for_each(|one| facts.compartment(&mut out, one));
    definitions.operations().iter().for_each(|one| facts.operation(&mut out, one));
    out
}

struct Facts<'a> {
    definitions: &'a Definitions,
}

fn codes<T: Coded>(members: &[T]) -> Vec<&'static str> {
    members.iter().map(|member| member.code()).collect()
}

fn maximum(max: Option<u32>) -> String {
    max.map_or("*".to_owned(), |max| max.to_string())
}

fn binding(binding: Option<Binding>) -> String {
    let strength = binding.map(|binding| binding.strength.code());
    format!("binding={strength:?} {:?}", binding.and_then(|binding| binding.value_set))
}

impl Facts<'_> {
    fn name(&self, id: TypeId) -> &'static str {
        self.definitions.type_of(id).name
    }

    fn names(&self, ids: &[TypeId]) -> Vec<&'static str> {
        ids.iter().map(|id| self.name(*id)).collect()
    }

    /// What a backbone is shows in the element that declares it.
    fn type_lines(&self, out: &mut BTreeSet<String>, one: &Type) {
        let kind = match one.kind {
            TypeKind::Primitive(_) => Some("primitive-type"),
            TypeKind::Complex => Some("complex-type"),
            TypeKind::Resource => Some("resource"),
            TypeKind::Backbone => None,
        };
        if let Some(kind) = kind {
            let base = one.base.map(|base| self.name(base));
            out.insert(format!(
                "type {} {kind} {} abstract={} base={base:?}",
                one.name,
                one.derivation.code(),
                one.is_abstract
            ));
        }
        for (place, element) in (1_usize..).zip(self.definitions.elements(one.id)) {
            self.element(out, &format!("{}.{}", one.name, element.name), place, element);
        }
    }

    fn element(&self, out: &mut BTreeSet<String>, path: &str, place: usize, element: &Element) {
        let first = self.definitions.type_of(element.types[0].type_id);
        let (types, content) = match first.kind {
            TypeKind::Backbone if first.name != path => (Vec::new(), Some(format!("#{}", first.name))),
            TypeKind::Backbone => {
                let declared = self.name(first.base.expect("a backbone has a base"));
                (vec![format!("{declared} None [] []")], None)
            }
            _ => (element.types.iter().map(|of| self.element_type(of)).collect(), None),
        };
        let choice = if element.is_choice { "[x]" } else { "" };
        out.insert(format!(
            "element {path}{choice} #{place} {}..{} types={types:?} content={content:?} {} modifier={} summary={}",
            element.min,
            maximum(element.max),
            binding(element.binding),
            element.is_modifier,
            element.is_summary,
        ));
    }

    fn element_type(&self, of: &ElementType) -> String {
        let name = self.name(of.type_id);
        let code = of.system.map_or(name, Coded::code);
        let stands_for = of.system.map(|_| name);
        let profiles: Vec<&str> = of.profile.iter().map(|profile| self.name(*profile)).collect();
        format!("{code} {stands_for:?} {profiles:?} {:?}", self.names(&of.targets))
    }

    fn parameter(&self, out: &mut BTreeSet<String>, one: &SearchParameter) {
        let components: Vec<(&str, &str)> = one
            .components
            .iter()
            .map(|c| (&*self.definitions.parameter_of(c.parameter).url, &*c.expression))
            .collect();
        out.insert(format!(
            "parameter {} code={} type={} expression={:?} usage={:?} base={:?} targets={:?} components={components:?} \
             comparators={:?} modifiers={:?} chains={:?} or={:?} and={:?}",
            one.url,
            one.code,
            one.kind.code(),
            one.expression,
            one.usage.map(Coded::code),
            self.names(&one.base),
            self.names(&one.targets),
            codes(&one.comparators),
            codes(&one.modifiers),
            one.chains,
            one.multiple_or,
            one.multiple_and,
        ));
    }

    fn compartment(&self, out: &mut BTreeSet<String>, one: &Compartment) {
        for resource in one.types() {
            let (code, name) = (self.name(one.type_id), self.name(resource));
            out.insert(format!("compartment {} {code} {name} {:?}", one.url, one.parameters(resource)));
        }
    }

    fn operation(&self, out: &mut BTreeSet<String>, one: &Operation) {
        out.insert(format!(
            "operation {} code={} on={:?} system={} type={} instance={} affects-state={:?}",
            one.url,
            one.code,
            self.names(&one.resources),
            one.on_system,
            one.on_type,
            one.on_instance,
            one.affects_state,
        ));
        self.operation_parameters(out, one.url, &one.parameters);
    }

    fn operation_parameters(
        &self,
        out: &mut BTreeSet<String>,
        path: &str,
        parameters: &[OperationParameter],
    ) {
        for (place, one) in parameters.iter().enumerate() {
            let path = format!("{path} {} {}", one.direction.code(), one.name);
            let type_name = one.type_of.map(|type_of| match type_of {
                OperationType::Any => "Any",
                OperationType::Type(id) => self.name(id),
            });
            out.insert(format!(
                "operation parameter {path} #{place} {}..{} type={type_name:?} targets={:?} search={:?} {}",
                one.min,
                maximum(one.max),
                self.names(&one.targets),
                one.search_kind.map(Coded::code),
                binding(one.binding),
            ));
            self.operation_parameters(out, &path, &one.parts);
        }
    }
}

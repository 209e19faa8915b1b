//! Syntax tree to program: names are looked up, types followed, and mistakes found while their place is known.

use std::sync::Arc;

use fornax_definitions::{Definitions, TypeId, TypeKind};
use regex::Regex;
use rust_decimal::Decimal;
use smallvec::SmallVec;

use crate::ast::{self, Expression, Kind, Literal, Operator, Sign, TypeName, TypeOperator};
use crate::error::{Error, Named};
use crate::functions::{self, Form, Scope, Signature, Yields};
use crate::item::{Quantity, Unit, Value};
use crate::limits::Limits;
use crate::parser::parse;
use crate::program::{Builder, Member, Op, OpId, Program, TypeOperation, Variable};
use crate::schema::{Child, Row, Schema};
use crate::types::{Shape, SystemType, TypeOf, TypeTest};

/// Compiles expressions against the definitions of one FHIR release. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Compiler {
    pub(crate) schema: Arc<Schema>,
    pub(crate) limits: Limits,
    pub(crate) dialect: Dialect,
    variables: Vec<String>,
}

/// How R4's own text is read where it departs from FHIRPath.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// FHIRPath as specified.
    Standard,
    /// R4's own expressions, of search parameters and constraints: `as` filters a collection of any size, as `ofType` does
    /// (R4 writes `Group.characteristic.value as CodeableConcept`, of any number of characteristics; R5 corrected it to
    /// `ofType`), a System type's name in a test also stands for the FHIR types that convert to it (R4 writes
    /// `value.as(DateTime)` of a FHIR `dateTime`), and a choice may have its type in its name, as in JSON (guides for R4 write
    /// `extension.valueDateTime` and `item.servicedDate`).
    R4,
}

impl Compiler {
    /// A compiler for FHIRPath as specified, with default limits and no variables of the caller's own.
    pub fn new(definitions: &'static Definitions) -> Self {
        Self {
            schema: Arc::new(Schema::new(definitions)),
            limits: Limits::default(),
            dialect: Dialect::Standard,
            variables: Vec::new(),
        }
    }

    /// Reads expressions in that dialect.
    #[must_use]
    pub fn dialect(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// Within these limits, in evaluation too.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Declares `%name`, whose value each evaluation is given in [`Environment::variables`](crate::Environment), in the
    /// order of declaration.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>) -> Self {
        self.variables.push(name.into());
        self
    }

    /// Compiles an expression that will be evaluated on elements of the type `focus`.
    ///
    /// An element that no type on its way can have is an error; a path that starts with another type's name selects
    /// nothing.
    pub fn compile(&self, source: &str, focus: TypeId) -> Result<Program, Error> {
        self.compile_expression(&parse(source, &self.limits)?, focus)
    }

    /// Compiles an expression that was parsed already, or a part of one, which is then an expression of its own.
    pub fn compile_expression(&self, tree: &Expression, focus: TypeId) -> Result<Program, Error> {
        self.compile_tree(tree, Some(focus))
    }

    /// What a type's name asks for in this dialect.
    pub(crate) fn type_test(&self, at: u32, name: &TypeName) -> Result<TypeTest, Error> {
        let unknown = || Error::Unknown { at, what: Named::Type, name: name.to_string() };
        let test = self.schema.test_named(name).ok_or_else(unknown)?;
        Ok(match test {
            TypeTest::System(of) if self.dialect == Dialect::R4 && name.model.is_none() => {
                TypeTest::Convertible(of)
            }
            test => test,
        })
    }

    /// Where an element stands in JSON.
    pub(crate) fn rows(&self, parent: TypeId, name: &str) -> SmallVec<[Row; 1]> {
        let rows = self.schema.rows(parent, name);
        if rows.is_empty() && self.dialect == Dialect::R4 {
            return self.schema.rows_of_member(parent, name);
        }
        rows
    }

    /// Without a type for elements whose types show at run time only.
    pub(crate) fn compile_tree(&self, tree: &Expression, focus: Option<TypeId>) -> Result<Program, Error> {
        // What derives from an abstract type has elements of its own.
        let known = focus.filter(|focus| !self.schema.definitions.type_of(*focus).is_abstract);
        let focus = known.map_or(Shape::Any, Shape::fhir);
        let mut work = Work { compiler: self, builder: Builder::default() };
        let (root, _) = work.expression(tree, &focus)?;
        Ok(work.builder.finish(Arc::clone(&self.schema), self.limits, root))
    }
}

/// A call's parts.
#[derive(Clone, Copy)]
struct Called<'t> {
    input: Option<&'t Expression>,
    name: &'t str,
    arguments: &'t [Expression],
}

/// One compilation.
struct Work<'c> {
    compiler: &'c Compiler,
    builder: Builder,
}

type Compiled = Result<(OpId, Shape), Error>;

impl Work<'_> {
    fn schema(&self) -> &Schema {
        &self.compiler.schema
    }

    fn expression(&mut self, tree: &Expression, focus: &Shape) -> Compiled {
        let at = tree.at;
        match &tree.kind {
            Kind::Literal(literal) => self.literal(at, literal),
            Kind::Variable(variable) => Ok(self.dollar(at, *variable, focus)),
            Kind::External(name) => self.external(at, name),
            Kind::Member { input: None, name } => self.start(at, name, focus),
            Kind::Member { input: Some(input), name } => {
                let (input, shape) = self.expression(input, focus)?;
                self.member(at, input, &shape, name)
            }
            Kind::Call { input, name, arguments } => {
                self.call(at, Called { input: input.as_deref(), name, arguments }, focus)
            }
            Kind::Index { input, index } => {
                let (input, shape) = self.expression(input, focus)?;
                let (index, _) = self.expression(index, focus)?;
                Ok((self.builder.push(at, Op::At { input, index }), shape))
            }
            Kind::Sign { sign, operand } => self.sign(at, *sign, operand, focus),
            Kind::Binary { operator, left, right } => self.binary(at, (*operator, left, right), focus),
            Kind::Union(parts) => self.union(at, parts, focus),
            Kind::Type { operator, operand, specifier } => {
                let operation = match operator {
                    TypeOperator::Is => TypeOperation::Is,
                    TypeOperator::As => TypeOperation::As,
                };
                let (input, shape) = self.expression(operand, focus)?;
                self.type_operation(at, operation, (input, &shape), specifier)
            }
        }
    }

    fn literal(&mut self, at: u32, literal: &Literal) -> Compiled {
        let value = match literal {
            Literal::Empty => return Ok((self.builder.push(at, Op::Empty), Shape::nothing())),
            Literal::Boolean(value) => Value::Boolean(*value),
            Literal::String(text) => Value::String(text.clone().into()),
            Literal::Number(digits) => number(at, digits)?,
            Literal::Temporal(moment) => (*moment).into(),
            Literal::Quantity { number, unit } => {
                let value = exact(at, number)?;
                let unit = match unit {
                    ast::Unit::Calendar(unit) => Unit::Calendar(*unit),
                    ast::Unit::Ucum(code) => Unit::Ucum(code.clone().into()),
                };
                Value::Quantity(Quantity { value, unit })
            }
        };
        Ok(self.constant(at, value))
    }

    fn constant(&mut self, at: u32, value: Value<'static>) -> (OpId, Shape) {
        let shape = Shape::system(value.system_type());
        (self.builder.push(at, Op::Constant(value)), shape)
    }

    fn dollar(&mut self, at: u32, variable: ast::Variable, focus: &Shape) -> (OpId, Shape) {
        match variable {
            ast::Variable::This => (self.builder.push(at, Op::Focus), focus.clone()),
            ast::Variable::Index => (self.builder.push(at, Op::Index), Shape::system(SystemType::Integer)),
            ast::Variable::Total => (self.builder.push(at, Op::Total), Shape::Any),
        }
    }

    /// A `%` name: those that FHIR defines, then the caller's own.
    fn external(&mut self, at: u32, name: &str) -> Compiled {
        let text = match name {
            "ucum" => Some(crate::schema::UCUM.to_owned()),
            "sct" => Some("http://snomed.info/sct".to_owned()),
            "loinc" => Some("http://loinc.org".to_owned()),
            _ => match name.split_once('-') {
                Some(("vs", id)) => Some(format!("http://hl7.org/fhir/ValueSet/{id}")),
                Some(("ext", id)) => Some(format!("http://hl7.org/fhir/StructureDefinition/{id}")),
                _ => None,
            },
        };
        if let Some(text) = text {
            return Ok(self.constant(at, Value::String(text.into())));
        }
        let own = || self.compiler.variables.iter().position(|known| known == name).map(Variable::Own);
        let variable = match name {
            "context" => Some(Variable::Context),
            "resource" => Some(Variable::Resource),
            "rootResource" => Some(Variable::RootResource),
            _ => own(),
        };
        let unknown = || Error::Unknown { at, what: Named::Variable, name: name.to_owned() };
        let variable = variable.ok_or_else(unknown)?;
        Ok((self.builder.push(at, Op::Variable(variable)), Shape::Any))
    }

    /// A name with nothing before it: an element of the focus, or the focus' own type. Elements go first, since the names
    /// of primitive types (`code`, `date`) are elements' names too.
    fn start(&mut self, at: u32, name: &str, focus: &Shape) -> Compiled {
        let input = self.builder.push(at, Op::Focus);
        let is_element = match focus {
            Shape::Any => {
                let found = self.schema().definitions.type_named(name);
                found.is_none_or(|found| matches!(found.kind, TypeKind::Primitive(_)))
            }
            Shape::Known(types) => types.iter().any(|of| match of {
                TypeOf::Fhir(type_id) => self.schema().definitions.element_named(*type_id, name).is_some(),
                TypeOf::System(_) => false,
            }),
        };
        let type_name = TypeName { model: None, name: name.to_owned() };
        match self.schema().test_named(&type_name).filter(|_| !is_element) {
            Some(test) => {
                let shape = self.filtered(focus, test);
                if shape == *focus && *focus != Shape::Any {
                    return Ok((input, shape));
                }
                let op = Op::Type { input, operation: TypeOperation::OfType, test };
                Ok((self.builder.push(at, op), shape))
            }
            None => self.member(at, input, focus, name),
        }
    }

    fn member(&mut self, at: u32, input: OpId, shape: &Shape, name: &str) -> Compiled {
        let types = match shape {
            Shape::Any => {
                let member = Box::new(Member { name: name.into(), rows: None });
                return Ok((self.builder.push(at, Op::Member { input, member }), Shape::Any));
            }
            Shape::Known(types) if types.is_empty() => {
                return Ok((self.builder.push(at, Op::Empty), Shape::nothing()));
            }
            Shape::Known(types) => types,
        };
        let mut rows: SmallVec<[Row; 1]> = SmallVec::new();
        for of in types {
            if let TypeOf::Fhir(type_id) = of {
                rows.extend(self.compiler.rows(*type_id, name));
            }
        }
        if rows.is_empty() {
            return Err(Error::Unknown { at, what: Named::Element, name: name.to_owned() });
        }
        let mut result = Shape::nothing();
        for row in &rows {
            match row.child {
                Child::Fixed(type_id) => result.add(TypeOf::Fhir(type_id)),
                Child::Resource(_) => result = Shape::Any,
            }
        }
        let member = Box::new(Member { name: name.into(), rows: Some(rows) });
        Ok((self.builder.push(at, Op::Member { input, member }), result))
    }

    fn sign(&mut self, at: u32, sign: Sign, operand: &Expression, focus: &Shape) -> Compiled {
        if let (Sign::Minus, Kind::Literal(Literal::Number(digits))) = (sign, &operand.kind) {
            let value = number(at, &format!("-{digits}"))?;
            return Ok(self.constant(at, value));
        }
        let (operand, shape) = self.expression(operand, focus)?;
        Ok((self.builder.push(at, Op::Sign { sign, operand }), shape))
    }

    fn binary(
        &mut self,
        at: u32,
        (operator, left, right): (Operator, &Expression, &Expression),
        focus: &Shape,
    ) -> Compiled {
        use Operator::{Add, Concatenate, Div, Divide, Mod, Multiply, Subtract};
        let (left, _) = self.expression(left, focus)?;
        let (right, _) = self.expression(right, focus)?;
        let shape = match operator {
            Add | Subtract | Multiply | Divide | Div | Mod => Shape::Any,
            Concatenate => Shape::system(SystemType::String),
            _ => Shape::system(SystemType::Boolean),
        };
        Ok((self.builder.push(at, Op::Binary { operator, left, right }), shape))
    }

    fn union(&mut self, at: u32, parts: &[Expression], focus: &Shape) -> Compiled {
        let mut shape = Shape::nothing();
        let mut ops = Vec::with_capacity(parts.len());
        for part in parts {
            let (op, part) = self.expression(part, focus)?;
            if !part.is_nothing() {
                ops.push(op);
                shape = shape.or(&part);
            }
        }
        Ok((self.builder.push(at, Op::Union(ops.into())), shape))
    }

    fn call(&mut self, at: u32, call: Called<'_>, focus: &Shape) -> Compiled {
        let Called { input, name, arguments } = call;
        let function = functions::named(at, name)?;
        if !function.arguments.contains(&arguments.len()) {
            return Err(Error::syntax(at, format!("wrong number of arguments for `{name}`")));
        }
        let (input, shape) = match input {
            Some(input) => self.expression(input, focus)?,
            None => (self.builder.push(at, Op::Focus), focus.clone()),
        };
        let signature = match &function.form {
            Form::Call(signature) => signature,
            Form::Type(operation) => {
                let argument = &arguments[0];
                let name =
                    argument.as_type_name().ok_or_else(|| Error::syntax(argument.at, "type expected"))?;
                return self.type_operation(at, *operation, (input, &shape), &name);
            }
        };
        let mut ops = SmallVec::new();
        let mut shapes = Vec::with_capacity(arguments.len());
        for (place, argument) in arguments.iter().enumerate() {
            let start = match signature.scope {
                Scope::Outer => focus,
                Scope::EachFirst if place > 0 => focus,
                Scope::Each | Scope::EachFirst => &shape,
                Scope::Repeated => &Shape::Any,
            };
            let (op, shape) = self.expression(argument, start)?;
            ops.push(op);
            shapes.push(shape);
        }
        let pattern = self.pattern(signature, arguments)?;
        let result = self.result(signature, &shape, &shapes);
        let op = Op::Call { input, call: signature.call, arguments: ops, pattern };
        Ok((self.builder.push(at, op), result))
    }

    /// Compiles a regular expression that is written out.
    fn pattern(&self, signature: &Signature, arguments: &[Expression]) -> Result<Option<Box<Regex>>, Error> {
        match arguments.first().map(|first| (first.at, &first.kind)) {
            Some((at, Kind::Literal(Literal::String(pattern)))) if signature.takes_pattern => {
                functions::strings::pattern(pattern, &self.compiler.limits, at)
                    .map(|regex| Some(regex.into()))
            }
            _ => Ok(None),
        }
    }

    fn result(&self, signature: &Signature, input: &Shape, arguments: &[Shape]) -> Shape {
        match signature.yields {
            Yields::Input => input.clone(),
            Yields::Both => arguments.iter().fold(input.clone(), Shape::or),
            Yields::Arguments { from } => arguments.iter().skip(from).fold(Shape::nothing(), Shape::or),
            Yields::System(of) => Shape::system(of),
            Yields::Extension => self.schema().extension.map_or(Shape::Any, Shape::fhir),
            Yields::Anything => Shape::Any,
        }
    }

    fn type_operation(
        &mut self,
        at: u32,
        operation: TypeOperation,
        (input, shape): (OpId, &Shape),
        name: &TypeName,
    ) -> Compiled {
        let test = self.compiler.type_test(at, name)?;
        let result = match operation {
            TypeOperation::Is => Shape::system(SystemType::Boolean),
            TypeOperation::As | TypeOperation::OfType => self.filtered(shape, test),
        };
        let operation = match (operation, self.compiler.dialect) {
            (TypeOperation::As, Dialect::R4) => TypeOperation::OfType,
            _ => operation,
        };
        Ok((self.builder.push(at, Op::Type { input, operation, test }), result))
    }

    /// The types that are left behind a test.
    fn filtered(&self, shape: &Shape, test: TypeTest) -> Shape {
        match (shape, test) {
            (Shape::Known(types), _) => {
                Shape::Known(types.iter().filter(|of| self.schema().passes(**of, test)).copied().collect())
            }
            // What derives from an abstract type has elements of its own.
            (Shape::Any, TypeTest::Fhir(type_id))
                if !self.schema().definitions.type_of(type_id).is_abstract =>
            {
                Shape::fhir(type_id)
            }
            (Shape::Any, _) => Shape::Any,
        }
    }
}

/// An integer, or a decimal if it has a fraction.
fn number(at: u32, digits: &str) -> Result<Value<'static>, Error> {
    if digits.contains('.') {
        return exact(at, digits).map(Value::Decimal);
    }
    digits.parse().map(Value::Integer).map_err(|_| Error::syntax(at, "integer beyond 32 bits"))
}

fn exact(at: u32, digits: &str) -> Result<Decimal, Error> {
    Decimal::from_str_exact(digits).map_err(|_| Error::syntax(at, "number beyond 28 digits"))
}

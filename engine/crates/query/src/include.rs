//! `_include` and `_revinclude`.

use crate::error::{Bound, Fault, Feature, QueryError};
use crate::includable::is_includable;
use crate::name::{Suffix, resource_named, suffix};
use crate::pairs::Pair;
use crate::parse::{Handling, Reading};
use crate::query::{Include, Way};

impl Reading<'_> {
    /// Takes either, by its code.
    pub fn include(&mut self, pair: &Pair, code: &str, rest: &str) -> Result<(), QueryError> {
        match suffix(rest, pair, self.context.definitions)? {
            Suffix::None => {}
            Suffix::Modifier("iterate" | "recurse") => return Err(pair.not_supported(Feature::Iteration)),
            _ => return Err(pair.invalid(Fault::NoModifier)),
        }
        let way = if code == "_include" { Way::Include } else { Way::RevInclude };
        let Some(include) = self.read_include(&pair.value, way) else {
            return self.pass_over(pair.invalid(Fault::Include), &[Handling::Lenient]);
        };
        if self.query.includes.contains(&include) {
            return Ok(());
        }
        Bound::Includes.holds(self.query.includes.len() + 1, self.context.limits.includes_max)?;
        self.query.includes.push(include);
        Ok(())
    }

    /// Reads `Type:parameter`, `Type:parameter:Target`, `Type:*` or, forwards, `*`. `None` for what can't bring in
    /// anything: an unknown name, a parameter that is no reference, a type that is not involved.
    fn read_include(&self, text: &str, way: Way) -> Option<Include> {
        let (definitions, searched) = (self.context.definitions, self.query.resource);
        let resource = |name: &str| resource_named(definitions, name);
        let parts: Vec<&str> = text.split(':').collect();
        let (source, code, target) = match parts[..] {
            ["*"] if way == Way::Include => (searched, "*", None),
            [source, code] => (resource(source)?, code, None),
            [source, code, target] => (resource(source)?, code, Some(resource(target)?)),
            _ => return None,
        };
        let is_involved = match way {
            Way::Include => source == searched,
            Way::RevInclude => target.is_none_or(|target| target == searched),
        };
        if !is_involved {
            return None;
        }
        let parameter = match code {
            "*" => None,
            code => {
                let found = definitions.parameter(source, code);
                Some(found.filter(|found| is_includable(definitions, found, source))?.id)
            }
        };
        Some(Include { way, source, parameter, target, text: text.to_owned() })
    }
}

//! `_include` and `_revinclude`.

use crate::error::{Bound, Fault, QueryError};
use crate::includable::is_includable;
use crate::name::{Suffix, resource_named, suffix};
use crate::pairs::Pair;
use crate::parse::{Handling, Reading};
use crate::query::{Include, Reach, Way};
use crate::scope::Types;

impl Reading<'_> {
    /// Takes either, by its code.
    pub fn include(&mut self, pair: &Pair, code: &str, rest: &str) -> Result<(), QueryError> {
        let reach = match suffix(rest, pair, self.context.definitions)? {
            Suffix::None => Reach::Matches,
            Suffix::Modifier("iterate" | "recurse") => Reach::Included,
            _ => return Err(pair.invalid(Fault::NoModifier)),
        };
        let way = if code == "_include" { Way::Include } else { Way::RevInclude };
        let Some(include) = self.read_include(pair, way, reach)? else {
            return self.pass_over(pair.invalid(Fault::Include), &[Handling::Lenient]);
        };
        if self.query.includes.contains(&include) {
            return Ok(());
        }
        Bound::Includes.holds_in(pair, self.query.includes.len() + 1, self.context.limits.includes_max)?;
        self.query.includes.push(include);
        Ok(())
    }

    /// Reads `Type:parameter`, `Type:parameter:Target`, `Type:*` or `*`. `None` for what can't bring in anything: an unknown
    /// name, a parameter that is no reference, a type that is not involved.
    fn read_include(&self, pair: &Pair, way: Way, reach: Reach) -> Result<Option<Include>, QueryError> {
        let definitions = self.context.definitions;
        let resource = |name: &str| resource_named(definitions, name);
        let parts: Vec<&str> = pair.value.split(':').collect();
        let (source, code, target) = match parts[..] {
            ["*"] => (None, "*", None),
            [source, code] => (resource(source), code, None),
            [source, code, target] => match resource(target) {
                Some(target) => (resource(source), code, Some(target)),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        if source.is_none() && parts.len() > 1 {
            return Ok(None);
        }
        // What is included brings in more: then any type may be involved.
        let from = match way {
            Way::Include => source,
            Way::RevInclude => target,
        };
        if reach == Reach::Matches && from.is_some_and(|from| !self.query.types.has(from)) {
            return Ok(None);
        }
        let parameter = match (code, source) {
            ("*", _) | (_, None) => None,
            (code, Some(source)) => {
                let found = self.parameter(source, code, pair)?;
                match found.filter(|found| is_includable(definitions, found, source)) {
                    Some(found) => Some(found.id),
                    None => return Ok(None),
                }
            }
        };
        let target = target.map_or(Types::Every, Types::One);
        Ok(Some(Include { way, reach, source, parameter, target, text: pair.value.clone() }))
    }
}

//! Resources made from the templates.

use crate::ToolError;
use crate::dice::Dice;
use crate::samples_table::SAMPLES;
use crate::table::Table;
use crate::template::Template;

/// Resources of all kinds, in an order that repeats itself, of `bytes` in all or a little more.
pub fn resources(seed: u64, bytes: usize) -> Result<Vec<String>, ToolError> {
    let tables = Table::all()?;
    let shares: u64 = SAMPLES.iter().map(|sample| u64::from(sample.2)).sum();
    let mut resources = Vec::new();
    for (at, (name, text, share)) in SAMPLES.iter().enumerate() {
        let template = Template::parse(text)?;
        let mut dice = Dice::new(seed ^ (at as u64) << 32);
        let mut wanted = (bytes as u64 * u64::from(*share) / shares) as usize;
        while wanted > 0 {
            let resource = template.fill(&tables, &mut dice)?;
            check(name, &resource)?;
            wanted = wanted.saturating_sub(resource.len());
            resources.push(resource);
        }
    }
    // The trainer takes what comes together for alike.
    let mut dice = Dice::new(seed);
    for last in (1..resources.len()).rev() {
        resources.swap(last, dice.between(0, last as i64) as usize);
    }
    Ok(resources)
}

/// Some resources of one template.
pub fn examples(name: &str, count: usize) -> Result<Vec<String>, ToolError> {
    let (_, text, _) = SAMPLES.iter().find(|sample| sample.0 == name).ok_or(ToolError::Usage)?;
    let (tables, template, mut dice) = (Table::all()?, Template::parse(text)?, Dice::new(1));
    (0..count).map(|_| template.fill(&tables, &mut dice)).collect()
}

fn check(name: &'static str, resource: &str) -> Result<(), ToolError> {
    match serde_json::from_str::<&serde_json::value::RawValue>(resource) {
        Ok(_) => Ok(()),
        Err(source) => Err(ToolError::NoJson { name, source, text: resource.to_owned() }),
    }
}

#[cfg(test)]
mod tests;

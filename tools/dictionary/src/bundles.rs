//! Resources out of Bundles, as a server keeps them: without white space, with references to what the Bundle holds written as
//! `Type/id`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::de::Error as _;
use serde_json::Error;
use serde_json::value::RawValue;

use crate::ToolError;
use crate::compact::compact;

/// A resource's type and its JSON.
pub struct Resource {
    /// As in `resourceType`.
    pub kind: String,
    /// Compact.
    pub json: String,
}

/// All resources in the `.json` files of a folder, in the order of their names. A file that is no Bundle is one resource.
pub fn resources(folder: &Path) -> Result<Vec<Resource>, ToolError> {
    let failed = |source| ToolError::File { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let mut resources = Vec::new();
    for path in paths {
        let take = |text: String| take_file(&text, &mut resources).map_err(io::Error::from);
        fs::read_to_string(&path).and_then(take).map_err(|source| ToolError::File { path, source })?;
    }
    Ok(resources)
}

type Members<'a> = BTreeMap<String, &'a RawValue>;

fn take_file(text: &str, resources: &mut Vec<Resource>) -> serde_json::Result<()> {
    let members: Members<'_> = serde_json::from_str(text)?;
    let kind = kind_of(&members)?;
    let Some(entries) = members.get("entry").filter(|_| kind == "Bundle") else {
        resources.push(Resource { kind, json: compact(text) });
        return Ok(());
    };
    let entries: Vec<Members<'_>> = serde_json::from_str(entries.get())?;
    let mut local = BTreeMap::new();
    let first = resources.len();
    for entry in &entries {
        let Some(resource) = entry.get("resource") else { continue };
        let kind = kind_of(&serde_json::from_str(resource.get())?)?;
        if let Some(url) = entry.get("fullUrl") {
            let url: String = serde_json::from_str(url.get())?;
            local.extend(url.strip_prefix("urn:uuid:").map(|id| (id.to_owned(), kind.clone())));
        }
        resources.push(Resource { kind, json: compact(resource.get()) });
    }
    for resource in &mut resources[first..] {
        resource.json = with_local_references(&resource.json, &local);
    }
    Ok(())
}

fn kind_of(members: &Members<'_>) -> serde_json::Result<String> {
    let kind = members.get("resourceType");
    kind.map_or_else(|| Err(Error::custom("no resourceType")), |kind| serde_json::from_str(kind.get()))
}

fn with_local_references(json: &str, local: &BTreeMap<String, String>) -> String {
    let mut pieces = json.split("urn:uuid:");
    let mut out = pieces.next().map(str::to_owned).into_iter().collect::<String>();
    for piece in pieces {
        let id = piece.split('"').next().and_then(|id| local.get(id));
        out.push_str(id.map_or("urn:uuid:", String::as_str));
        out.push_str(if id.is_some() { "/" } else { "" });
        out.push_str(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_of_a_bundle() {
        let bundle = r#"{ "resourceType": "Bundle", "entry": [
            { "fullUrl": "urn:uuid:a", "resource": { "resourceType": "Patient", "text": "a \" b \\" } },
            { "resource": { "resourceType": "Goal", "of": "urn:uuid:a", "to": "urn:uuid:b" } } ] }"#;
        let mut resources = Vec::new();
        take_file(bundle, &mut resources).unwrap();
        take_file(r#" { "resourceType" : "Goal" } "#, &mut resources).unwrap();
        let found: Vec<_> =
            resources.iter().map(|found| (found.kind.as_str(), found.json.as_str())).collect();
        assert_eq!(
            found,
            [
                ("Patient", r#"{"resourceType":"Patient","text":"a \" b \\"}"#),
                ("Goal", r#"{"resourceType":"Goal","of":"Patient/a","to":"urn:uuid:b"}"#),
                ("Goal", r#"{"resourceType":"Goal"}"#),
            ]
        );
    }
}

//! Tags and security labels outlive updates that do not name them.

use std::collections::BTreeMap;

use crate::json::Json;
use crate::repository::Repository;
use crate::version::{Key, Operation};

impl Repository {
    /// The body of an update, with the labels of the current version that it lacks, in their order behind its own.
    pub fn labelled(&self, key: &Key, mut body: Json) -> Json {
        let current = self.newest_of(key).filter(|newest| newest.operation != Operation::Delete);
        let Some(before) = current.and_then(|newest| newest.body.as_ref()?.get("meta")) else { return body };
        for list in ["security", "tag"] {
            let own: Vec<Json> = body
                .get("meta")
                .and_then(|meta| meta.get(list))
                .map_or_else(Vec::new, |own| own.items().to_vec());
            let earlier = before.get(list).map_or(&[][..], Json::items);
            let identity = |coding: &Json| {
                let text = |name| coding.text_at(name).unwrap_or("").to_owned();
                (text("system"), text("code"))
            };
            let is_lacking = |coding: &&Json| !own.iter().any(|other| identity(other) == identity(coding));
            let lacking: Vec<Json> = earlier.iter().filter(is_lacking).cloned().collect();
            if lacking.is_empty() {
                continue;
            }
            let Some(members) = body.members_mut() else { return body };
            let meta = members.entry("meta".to_owned()).or_insert_with(|| Json::Object(BTreeMap::new()));
            if let Some(meta) = meta.members_mut() {
                meta.insert(list.to_owned(), Json::List(own.into_iter().chain(lacking).collect()));
            }
        }
        body
    }
}

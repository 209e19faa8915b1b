//! Dependencies point down, and outside crates stay behind the crate that owns them.

use crate::{Column, Dependency, Finding, Kind, LAYERS, Layer, Member, OUTSIDE, PLANNED, Users, Workspace};

const LAYERS_FILE: &str = "tests/tidy/src/layers_table.rs";
const OUTSIDE_FILE: &str = "tests/tidy/src/outside_table.rs";

fn layer(package: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.package == package)
}

/// Every edge between two crates of the workspace stands in the table.
pub fn edges(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    for member in &workspace.members {
        let Some(layer) = layer(&member.name) else {
            let advice = format!("crate without a row in {LAYERS_FILE}: add one, at its layer");
            found.push(Finding::whole(&member.path, &member.name, advice));
            continue;
        };
        for edge in workspace.dependencies(member).iter().filter(|edge| is_ours(workspace, edge)) {
            let for_tests = edge.kind == Kind::Dev && layer.tests_use.contains(&edge.package.as_str());
            if for_tests || layer.uses.contains(&edge.package.as_str()) || edge.package == member.name {
                continue;
            }
            let advice = format!(
                "{:?} code may not use {}: move what is needed to a lower crate, hand it in from above, or, if the \
                 layers themselves change, change {LAYERS_FILE} and architecture §8 together",
                layer.column, edge.package
            );
            found.push(Finding::whole(&member.path, format!("{} -> {}", member.name, edge.package), advice));
        }
    }
    found
}

fn is_ours(workspace: &Workspace, edge: &Dependency) -> bool {
    layer(&edge.package).is_some() || workspace.members.iter().any(|member| member.name == edge.package)
}

/// Every row of the table has its crate where it says, or is planned; and rows name only rows above them.
pub fn rows(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, layer) in LAYERS.iter().enumerate() {
        let member = workspace.members.iter().find(|member| member.name == layer.package);
        let advice = match (member, PLANNED.contains(&layer.package)) {
            (None, false) => Some("row without a crate: remove it".to_owned()),
            (Some(_), true) => Some("the crate is here: take it out of PLANNED".to_owned()),
            (Some(member), false) if member.folder != layer.folder => {
                Some(format!("the crate lies in {}, the row says {}", member.folder, layer.folder))
            }
            _ => None,
        };
        found.extend(advice.map(|advice| Finding::whole(LAYERS_FILE, layer.package, advice)));
        for used in layer.uses.iter().chain(layer.tests_use) {
            if !LAYERS[..at].iter().any(|below| below.package == *used) {
                let subject = format!("{} -> {used}", layer.package);
                found.push(Finding::whole(LAYERS_FILE, subject, "a row may only name rows above it"));
            }
        }
    }
    found
}

/// Every outside crate stands in the table, and is named only by those whom the table allows.
pub fn outside(workspace: &Workspace) -> Vec<Finding> {
    let mut found = Vec::new();
    for member in &workspace.members {
        for edge in workspace.dependencies(member).iter().filter(|edge| !is_ours(workspace, edge)) {
            let advice = match OUTSIDE.iter().find(|(name, _)| *name == edge.package) {
                None => format!("no row in {OUTSIDE_FILE}: add one that says who may use it"),
                Some((_, users)) if may_use(member, edge, users) => continue,
                Some((_, Users::Only(owners))) => format!("only {} may name it", owners.join(", ")),
                Some((_, Users::ExceptByte)) => "the byte column does not know it".to_owned(),
                Some((_, Users::Impure)) => "a pure crate has no use for it".to_owned(),
                Some((_, _)) => "for tools and tests only: make it a dev-dependency".to_owned(),
            };
            found.push(Finding::whole(&member.path, format!("{} -> {}", member.name, edge.package), advice));
        }
    }
    found
}

fn may_use(member: &Member, edge: &Dependency, users: &Users) -> bool {
    let layer = layer(&member.name);
    let for_tests =
        edge.kind == Kind::Dev || layer.is_some_and(|l| matches!(l.column, Column::Tool | Column::Test));
    match users {
        Users::Everyone => true,
        Users::ExceptByte => for_tests || layer.is_some_and(|layer| layer.column != Column::Byte),
        Users::Impure => for_tests || layer.is_some_and(|layer| !layer.is_pure()),
        // A benchmark compares with what another crate owns; nothing ships in it.
        Users::Only(owners) => owners.contains(&member.name.as_str()) || member.name == "fornax-benches",
        Users::ServerAndExamples => match layer.map(|layer| layer.column) {
            Some(Column::Facade) => edge.kind == Kind::Dev,
            column => matches!(column, Some(Column::Server | Column::Test)),
        },
        Users::Tests => for_tests,
    }
}

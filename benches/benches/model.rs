//! What it costs to parse a resource, to read in it and to change it, beside serde_json.
//!
//! `cargo bench -p fornax-benches --bench model`. On the shared Synthea population where it is there.

#![allow(missing_docs, clippy::unwrap_used, reason = "criterion makes functions that nothing documents")]

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use fornax_model::{Document, Edits, Limits, Node};
use serde::de::IgnoredAny;
use serde_json::Value;

/// Few enough to stay in the processor's cache, of every kind that the population has.
const STEP: usize = 300;

struct Resources {
    /// With the white space that they came with.
    spaced: Vec<Vec<u8>>,
    /// Without.
    minified: Vec<Vec<u8>>,
}

impl Resources {
    fn read() -> Self {
        let spaced = fornax_benches::resources(STEP);
        let minified = spaced.iter().map(|text| minified(text)).collect();
        Self { spaced, minified }
    }
}

/// Not by serde_json, which would change numbers and the order of members.
fn minified(text: &[u8]) -> Vec<u8> {
    let document = parsed(text);
    let mut out = Vec::new();
    minify(document.root(), &mut out);
    out
}

fn minify(node: Node<'_>, out: &mut Vec<u8>) {
    let brackets = if node.members().next().is_some() { *b"{}" } else { *b"[]" };
    let inside: Vec<Node<'_>> = node.members().map(|(_, member)| member).chain(node.items()).collect();
    if inside.is_empty() {
        return out.extend_from_slice(node.raw());
    }
    out.push(brackets[0]);
    for (index, inner) in inside.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        if let Some(name) = inner.name() {
            fornax_model::write::string_into(out, &name);
            out.push(b':');
        }
        minify(inner, out);
    }
    out.push(brackets[1]);
}

fn parsed(text: &[u8]) -> Document {
    Document::parse(text, &Limits::default()).unwrap()
}

/// Runs something over all texts: the throughput counts their bytes, the time is that of all.
fn each<T>(
    group: &mut BenchmarkGroup<'_, criterion::measurement::WallTime>,
    name: &str,
    texts: &[T],
    bytes: impl Fn(&T) -> usize,
    mut run: impl FnMut(&T),
) {
    group.throughput(Throughput::Bytes(texts.iter().map(bytes).sum::<usize>() as u64));
    group.bench_function(name, |bencher| bencher.iter(|| texts.iter().for_each(&mut run)));
}

fn parse(criterion: &mut Criterion) {
    let resources = Resources::read();
    let mut group = criterion.benchmark_group(format!("parse/{} resources", resources.spaced.len()));
    for (form, texts) in [("spaced", &resources.spaced), ("minified", &resources.minified)] {
        each(&mut group, &format!("{form}/document"), texts, Vec::len, |text| {
            black_box(parsed(text));
        });
        each(&mut group, &format!("{form}/ignored"), texts, Vec::len, |text| {
            black_box(serde_json::from_slice::<IgnoredAny>(text).unwrap());
        });
        each(&mut group, &format!("{form}/value"), texts, Vec::len, |text| {
            black_box(serde_json::from_slice::<Value>(text).unwrap());
        });
    }
    group.finish();

    let bundle = fornax_benches::bundles().into_iter().max_by_key(Vec::len).unwrap();
    let mut group = criterion.benchmark_group("parse/largest bundle");
    group.throughput(Throughput::Bytes(bundle.len() as u64));
    group.bench_function("document", |bencher| {
        let parse = |bytes: Vec<u8>| Document::parse(bytes, &Limits::default()).unwrap();
        bencher.iter_batched(|| bundle.clone(), parse, BatchSize::LargeInput);
    });
    group.finish();
}

fn read(criterion: &mut Criterion) {
    let documents: Vec<Document> = Resources::read().minified.iter().map(|text| parsed(text)).collect();
    let bytes = |document: &Document| document.bytes().len();
    let mut group = criterion.benchmark_group(format!("read/{} resources", documents.len()));
    each(&mut group, "three members", &documents, bytes, |document| {
        let root = document.root();
        black_box((root.get("id"), root.get("subject"), root.get("nothing")));
    });
    each(&mut group, "every value", &documents, bytes, |document| {
        black_box(values(document.root()));
    });
    each(&mut group, "a document of its own", &documents, bytes, |document| {
        black_box(document.root().to_document());
    });
    each(&mut group, "the slice parsed again", &documents, bytes, |document| {
        black_box(parsed(document.root().raw()));
    });
    each(&mut group, "id replaced, member added", &documents, bytes, |document| {
        let root = document.root();
        let mut edits = Edits::of(root);
        edits.replace_with_string(root.get("id").unwrap(), "018f2e6b-7d6c-7a55-8f2e-6b7d6c7a558f").unwrap();
        edits.insert_last(root, "language", b"\"en\"").unwrap();
        black_box(edits.apply().unwrap());
    });
    group.finish();
}

fn values(node: Node<'_>) -> usize {
    let inside = node.members().map(|(_, member)| member).chain(node.items());
    1 + inside.map(values).sum::<usize>()
}

criterion_group!(benches, parse, read);
criterion_main!(benches);

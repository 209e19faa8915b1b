//! `fornax generate`: writes a synthetic population to a folder.
//!
//! `population/` holds what there is: transaction Bundles, one for each piece of facilities and one for each patient, in folders of a
//! thousand; or one NDJSON file for each resource type. `changes/` holds what happens to it later: batch Bundles.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use fornax_population::{Change, Changes, Plan, Population, Rates, Resources};

use crate::command_line::{GenerateFormat, GenerateOptions};
use crate::failure::Failure;
use crate::print::print;

/// Files of one folder.
const FILES_MAX: u64 = 1_000;

/// Writes a population.
pub(crate) fn run(options: &GenerateOptions) -> Result<(), Failure> {
    let wrong = |error: fornax_population::PopulationError| Failure::Options(error.to_string());
    let rates = Rates::new(options.updates, options.deletes).map_err(wrong)?;
    let plan = Plan { until: options.until, ..Plan::new(options.seed, options.patients) };
    let population = Population::new(plan).map_err(wrong)?;
    let has_changes = options.updates > 0 || options.deletes > 0;
    let folder = begin(&options.out)?;
    let mut counts = Counts::default();
    match options.format {
        GenerateFormat::Bundles => write_bundles(&population, &folder, &mut counts)?,
        GenerateFormat::Ndjson => write_ndjson(&population, &folder, &mut counts)?,
    }
    if has_changes {
        write_changes(&population, rates, &options.out.join("changes"), &mut counts)?;
    }
    print(&counts.table(has_changes))
}

/// Makes the folder that the population goes to. What is already there stays apart: two populations are never mixed.
fn begin(out: &Path) -> Result<PathBuf, Failure> {
    let shown = out.display();
    fs::create_dir_all(out).map_err(Failure::io(format!("cannot make {shown}")))?;
    let mut entries = fs::read_dir(out).map_err(Failure::io(format!("cannot read {shown}")))?;
    if entries.next().is_some() {
        return Err(Failure::Refused(format!("{shown} is not empty")));
    }
    Ok(out.join("population"))
}

fn write_bundles(population: &Population, folder: &Path, counts: &mut Counts) -> Result<(), Failure> {
    let mut files = NumberedFiles::new(folder.join("facilities"));
    let mut text = String::new();
    for piece in population.facilities() {
        counts.add(&piece);
        text.clear();
        piece.write_transaction(&mut text);
        files.write(&text)?;
    }
    let mut files = NumberedFiles::new(folder.join("patients"));
    let mut resources = Resources::new();
    for number in 0..population.plan().patients {
        population.fill_patient(number, &mut resources);
        counts.add(&resources);
        text.clear();
        resources.write_transaction(&mut text);
        files.write(&text)?;
    }
    Ok(())
}

fn write_ndjson(population: &Population, folder: &Path, counts: &mut Counts) -> Result<(), Failure> {
    let mut files = FilesByType { folder: folder.to_owned(), files: BTreeMap::new() };
    fs::create_dir(folder).map_err(Failure::io(format!("cannot make {}", folder.display())))?;
    for piece in population.facilities() {
        counts.add(&piece);
        files.write(&piece)?;
    }
    let mut resources = Resources::new();
    for number in 0..population.plan().patients {
        population.fill_patient(number, &mut resources);
        counts.add(&resources);
        files.write(&resources)?;
    }
    files.finish()
}

fn write_changes(
    population: &Population,
    rates: Rates,
    folder: &Path,
    counts: &mut Counts,
) -> Result<(), Failure> {
    let mut files = NumberedFiles::new(folder.to_owned());
    let (mut text, mut changes) = (String::new(), Changes::new());
    for number in 0..population.plan().patients {
        population.fill_changes(number, rates, &mut changes);
        if changes.is_empty() {
            continue;
        }
        counts.add_changes(&changes);
        text.clear();
        changes.write_batch(&mut text);
        files.write(&text)?;
    }
    Ok(())
}

/// `FOLDER/0000/0000000.json` and so on.
struct NumberedFiles {
    folder: PathBuf,
    next: u64,
}

impl NumberedFiles {
    fn new(folder: PathBuf) -> Self {
        Self { folder, next: 0 }
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        let folder = self.folder.join(format!("{:04}", self.next / FILES_MAX));
        if self.next.is_multiple_of(FILES_MAX) {
            fs::create_dir_all(&folder).map_err(Failure::io(format!("cannot make {}", folder.display())))?;
        }
        let path = folder.join(format!("{:07}.json", self.next));
        self.next += 1;
        fs::write(&path, text).map_err(Failure::io(format!("cannot write {}", path.display())))
    }
}

/// `FOLDER/Patient.ndjson` and so on.
struct FilesByType {
    folder: PathBuf,
    files: BTreeMap<&'static str, BufWriter<File>>,
}

impl FilesByType {
    fn write(&mut self, resources: &Resources) -> Result<(), Failure> {
        for resource in resources.iter() {
            let path = self.folder.join(format!("{}.ndjson", resource.kind()));
            let failed = || Failure::io(format!("cannot write {}", path.display()));
            let file = match self.files.entry(resource.kind()) {
                Entry::Occupied(file) => file.into_mut(),
                Entry::Vacant(place) => {
                    place.insert(BufWriter::with_capacity(256 << 10, File::create(&path).map_err(failed())?))
                }
            };
            let line = file.write_all(resource.json().as_bytes()).and_then(|()| file.write_all(b"\n"));
            line.map_err(failed())?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), Failure> {
        for (kind, mut file) in self.files {
            file.flush().map_err(Failure::io(format!("cannot write {kind}.ndjson")))?;
        }
        Ok(())
    }
}

/// How much was made of each resource type: resources, updates, deletes.
#[derive(Default)]
struct Counts(BTreeMap<&'static str, [u64; 3]>);

impl Counts {
    fn add(&mut self, resources: &Resources) {
        for resource in resources.iter() {
            self.0.entry(resource.kind()).or_insert([0; 3])[0] += 1;
        }
    }

    fn add_changes(&mut self, changes: &Changes) {
        for change in changes.iter() {
            let (resource, column) = match change {
                Change::Update(resource) => (resource, 1),
                Change::Delete(resource) => (resource, 2),
            };
            self.0.entry(resource.kind()).or_insert([0; 3])[column] += 1;
        }
    }

    fn table(&self, has_changes: bool) -> String {
        let mut text = String::new();
        let mut line = |name: &str, columns: [String; 3]| {
            let shown = if has_changes { &columns[..] } else { &columns[..1] };
            // Writing to a string can't fail.
            let _ = write!(text, "{name:<32}");
            shown.iter().for_each(|column| {
                let _ = write!(text, " {column:>12}");
            });
            text.push('\n');
        };
        line("", ["resources", "updates", "deletes"].map(str::to_owned));
        let mut all = [0; 3];
        for (name, counts) in &self.0 {
            line(name, counts.map(|count| count.to_string()));
            all.iter_mut().zip(counts).for_each(|(all, count)| *all += count);
        }
        line("all", all.map(|count| count.to_string()));
        text
    }
}

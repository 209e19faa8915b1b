//! What can be typed. The texts here are the manual.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::HeaderValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use fornax::ReferentialIntegrity;
use fornax_population::{Day, Plan};
use jiff::Timestamp;
use tracing::level_filters::LevelFilter;

use crate::http::Proxy;

/// A FHIR R4 repository: versioned resources per tenant, encrypted at rest, searchable the moment a write is acknowledged.
#[derive(Debug, Parser)]
#[command(name = "fornax", version, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve FHIR over HTTP from a directory
    #[command(after_long_help = SERVE_HELP)]
    Serve(ServeOptions),
    /// Load Bundles and NDJSON into a FHIR server
    #[command(after_long_help = LOAD_HELP)]
    Load(LoadOptions),
    /// Import NDJSON files into a directory, past HTTP and the log
    #[command(after_long_help = IMPORT_HELP)]
    Import(ImportOptions),
    /// Write a synthetic population, to try Fornax with or to size machines by
    #[command(after_long_help = GENERATE_HELP)]
    Generate(GenerateOptions),
    /// Plan capacity: what machine a workload needs, by a calibration of this one
    #[command(after_long_help = PLAN_HELP)]
    Plan(PlanOptions),
    /// Make, list, show and remove tenants
    #[command(subcommand, after_long_help = TENANT_HELP)]
    Tenant(TenantCommand),
    /// Show what a directory holds: resources by tenant and type, bytes on disk, memory
    #[command(after_long_help = STATS_HELP)]
    Stats(StatsOptions),
    /// Give disk space back, and forget old history where that is asked for
    #[command(after_long_help = COMPACT_HELP)]
    Compact(CompactOptions),
    /// Read everything in a directory, and check that it agrees
    #[command(after_long_help = VERIFY_HELP)]
    Verify(VerifyOptions),
    /// Build a tenant's search index anew beside the one in use, then use the new one
    #[command(after_long_help = REINDEX_HELP)]
    Reindex(ReindexOptions),
    /// List, show, pause, resume, cancel and retry jobs: what takes long
    #[command(subcommand, after_long_help = JOBS_HELP)]
    Jobs(JobsCommand),
}

const SERVE_HELP: &str = "\
When requests are accepted, one line goes to stdout:

    ready http://HOST:PORT/fhir

All else goes to stderr, one JSON object a line; none of it holds patient data.

URLs:
    /fhir                the tenant `default`, made at the first start
    /t/TENANT/fhir       any other tenant (see `fornax tenant`)
    /healthz             200 while the process lives
    /openapi.json        the whole surface in OpenAPI; also under each base
    /readyz              200 while requests are served, else 503
    /metrics             for Prometheus

An empty directory is set up at the first start, its keys in DIR/keys: keep a copy of them elsewhere, since without them
nothing can be read again. A directory with data and without its keys is refused. One process at a time owns a directory.

SIGTERM and SIGINT stop the server cleanly: requests under way are finished first, for up to 30 seconds. Whatever was
acknowledged survives SIGKILL and a power cut as well.

There is no TLS and no authentication yet, so that the server listens on loopback only, and there answers requests for
loopback names and that of --base-url only. --insecure lifts both: whoever reaches the address then reads and writes
everything.";

const LOAD_HELP: &str = "\
A PATH is a file or a folder, which is searched for such files:
    .json          a Bundle of type batch or transaction, or a single resource
    .ndjson        one resource a line
    .json.gz .json.zst .ndjson.gz .ndjson.zst      the same, compressed
    .tar .tar.gz .tar.zst                          archives of such files

A resource with an id is put under that id, one without is posted. Batches and single resources go first, transactions
after them; whatever is refused because something that it refers to is missing (404, 409, 412) is tried again after the
others, as long as that helps. What a server is too busy for (429, 503) is sent again by itself; of a batch, only those
entries. A batch that is refused as a whole is halved until the entry at fault stands alone. A request that got no answer
is sent again only if doing it twice makes no difference.

At the end a summary by resource type goes to stdout. Each refusal is a line in the error file, which replaces that of an
earlier load: where it came from, the status and the server's OperationOutcome. It may quote identifiers, and is readable
by its owner only. The exit code is 0 only if nothing was refused.";

const IMPORT_HELP: &str = "\
A FILE holds one resource a line (.ndjson), or is such a file compressed (.gz, .zst). Each resource has an id, and is put under it; of
two lines for one resource the later one counts. References are taken as they are: to a type and an id.

Files are imported one after the other. Some 16,000 lines make one commit, which is durable, audited and searchable as a whole; others
write and search meanwhile. A line that is refused is told with its number; after 100 such the import stops. What was committed
before stays, and the same import may be run again.

The command goes to the server that runs on the directory, through DIR/control.sock, which then reads the files; when none runs, it
opens the directory itself. The exit code is 0 only if every line was imported.";

const GENERATE_HELP: &str = "\
The same options make the same bytes, on every machine. Nobody among these people ever lived: each has some 315 resources on
average, of 1.5 kB, over years: encounters, problems, vital signs, laboratory, medication, claims and what belongs to them,
with US Core's must-support elements.

DIR/population holds them: as transaction Bundles, a file for each patient, or as NDJSON, a file for each resource type. With
--updates or --deletes, DIR/changes holds batch Bundles that change so many in a hundred of the patients' resources: load it
after the population, since a load keeps no order among its files.

    fornax generate --patients 1000 --out DIR
    fornax load --to http://127.0.0.1:8080/fhir DIR/population";

const PLAN_HELP: &str = "\
Measures this machine for about a minute: syncs of the disk, loading of generated patients at two or three sizes, creates, reads,
searches and downloads over HTTP, bytes and memory, everything sealed and synced. Then it says what the workload needs: cores,
memory, disk and its operations; which latencies to expect here and on the recommended machine; what if there were more or
less; and how much more there may be until which limit is met. What lies beyond the calibrated size is extrapolated, and the
report says how far.

At the end the asked mix is run at rates that the model says keep this machine busy to 50 and to 80 %, and what was measured
stands beside what was predicted. Plan on a machine that does nothing else, like the one that is to be bought, and with --data
on a disk like its own.

The report goes to stdout, progress to stderr. All that is written meanwhile lies in one folder in --data, which is removed in
the end, also after Ctrl-C. Nobody's data is in it: its patients are made up.

    fornax plan --patients 100000 --writes 50 --reads 400 --searches 200 --html plan.html";

const TENANT_HELP: &str = "\
These commands go to the server that runs on the directory, through DIR/control.sock; when none runs, they open the
directory themselves. A name is 1 to 64 lower-case letters, digits and hyphens.

A date without a zone, in a resource or in a search, is a day of the tenant's time zone: a name in IANA's database, an
offset from UTC, or UTC. It is chosen when the tenant is made and stays; that of the tenant `default` is UTC.

With --referential-integrity check, a write is refused whose references to resources here lead to what is not there; with
block, a resource can't be deleted either while others refer to it. Entries of a transaction count, and lines of an import that
are committed together. The mode can be changed at any time, also that of the tenant `default`; to block it takes as long as
reading all resources, others go on meanwhile, and it is refused while there are references that lead nowhere.

Dropping a tenant destroys its keys first: from then on nothing of it can be read again, in no backup either. The tenant
`default` stays.";

const STATS_HELP: &str = "\
The command goes to the server that runs on the directory, through DIR/control.sock; when none runs, it opens the
directory itself. Bytes of the store and of memory are those of all tenants together; beside each tenant and resource type
stands what is its own in files: what was written last is not yet in them.";

const COMPACT_HELP: &str = "\
Rewrites the files of tenants that hold much of what is gone, and gives the space back. Others are served meanwhile.

All history is kept until this command is told otherwise. With --forget-history-before, every version that was replaced or
deleted up to that time goes for good: what was current then stays, and so does the fact that a resource was deleted. Page
links from before answer 410. An audit row tells that it was done.

The command goes to the server that runs on the directory, through DIR/control.sock; when none runs, it opens the
directory itself.";

const VERIFY_HELP: &str = "\
Opens every record, follows the log and the audit chain from end to end, and compares identifiers and the search index
with the resources, as of each tenant's last commit. Each finding is a line; a resource goes by its number, so that nothing
of a patient is shown. The exit code is 0 only if there is none.

The command goes to the server that runs on the directory, through DIR/control.sock, and others are served meanwhile; when
none runs, it opens the directory itself. A damaged index is no loss: remove DIR/index while no server runs, and the next
opening builds it again.";

const REINDEX_HELP: &str = "\
A new index is built from all versions kept, while searches go by the old one and writers go on. It takes as much disk
again until it is done. It is a job: see `fornax jobs`. A SearchParameter that is written, changed or retired makes such a
job by itself where it needs one.

The command goes to the server that runs on the directory, through DIR/control.sock, and waits for the job, unless
--background is given; when none runs, it opens the directory itself.";

const JOBS_HELP: &str = "\
A job outlives the server: the next one that opens the directory goes on with it from where it was. One job of a tenant
runs at a time. Those that are over are listed for 30 days, the last 1,000 of each tenant.

These commands go to the server that runs on the directory, through DIR/control.sock; when none runs, they open the
directory themselves.";

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// The directory that holds everything; made when it is missing
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// The public origin, such as https://fhir.example.org, when a proxy stands before the server: every link is built
    /// from it, and an absolute reference under it is a local one. Without it, links name the host that was asked
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// A proxy that is believed, by address or network: what its headers Forwarded or X-Forwarded-Proto, -Host and -Prefix
    /// say of the public origin goes into links, unless --base-url is given. From all others these headers count for
    /// nothing. The proxy must set or remove each of them itself, and send a Host of this server's own, or else give
    /// --base-url. May be given more than once
    #[arg(long, value_name = "ADDRESS")]
    pub trusted_proxy: Vec<Proxy>,
    /// Memory for caches and write buffers together; the process takes some 100 MiB more, and room for requests
    #[arg(long, value_name = "MIB", default_value_t = 224, value_parser = clap::value_parser!(u32).range(32..=1_048_576))]
    pub memory: u32,
    /// The time zone of the tenant `default`, for dates and times that name none: a name like America/New_York, an offset like -05:00.
    /// It is chosen when the directory is made, and kept [default: UTC]
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Whether references must lead somewhere in the tenant `default`: off, check or block. It is chosen when the directory is made;
    /// `fornax tenant change` changes it [default: off]
    #[arg(long, value_name = "MODE")]
    pub referential_integrity: Option<ReferentialIntegrity>,
    /// How many resources one conditional delete may delete; where more match, none is deleted and the answer is 412
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub conditional_delete_max: u16,
    /// Make a version for an update that changes nothing, too
    #[arg(long)]
    pub version_unchanged: bool,
    /// Refuse an update, patch or delete of a resource that is there with 428, unless If-Match names its version; in Bundles ifMatch.
    /// Conditional deletes of many resources can't name versions, so that they are refused where something matches
    #[arg(long)]
    pub require_if_match: bool,
    /// An origin whose pages may ask this server from a browser, such as https://app.example.org. May be given more than once; without
    /// it no page of another origin may
    #[arg(long, value_name = "ORIGIN", value_parser = crate::http::cors_origin)]
    pub cors_origin: Vec<HeaderValue>,
    /// Listen beyond loopback without TLS and authentication
    #[arg(long)]
    pub insecure: bool,
    /// How much to log: error, warn, info or debug
    #[arg(long, value_name = "LEVEL", default_value_t = LevelFilter::INFO)]
    pub log: LevelFilter,
}

#[derive(Debug, Args)]
pub(crate) struct LoadOptions {
    /// The server's base, such as http://127.0.0.1:8080/fhir
    #[arg(long, value_name = "BASE-URL")]
    pub to: String,
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Requests under way at once [default: twice the processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: Option<u16>,
    /// Where refusals are written; made at the first one
    #[arg(long, value_name = "FILE", default_value = "fornax-load-errors.ndjson")]
    pub errors: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct GenerateOptions {
    /// How many patients
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub patients: u64,
    /// Where chance starts from: another number, other people
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// The folder to write to; made when it is missing, and refused when it is not empty
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// What the files are
    #[arg(long, value_name = "FORMAT", default_value = "bundles")]
    pub format: GenerateFormat,
    /// The day by which everything has happened
    #[arg(long, value_name = "DATE", default_value_t = Plan::UNTIL)]
    pub until: Day,
    /// Of a hundred resources of patients, so many are updated later; 90 at most together with --deletes
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    pub updates: u8,
    /// Of a hundred resources of patients, so many are deleted later; 30 at most, of those that nothing refers to
    #[arg(long, value_name = "PERCENT", default_value_t = 0)]
    pub deletes: u8,
}

/// The form of generated files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GenerateFormat {
    /// Transaction Bundles, one for each patient
    Bundles,
    /// One resource a line, a file for each resource type
    Ndjson,
}

#[derive(Debug, Args)]
pub(crate) struct PlanOptions {
    /// Patients, of all tenants together
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000_000))]
    pub patients: u64,
    /// Resources a patient has
    #[arg(long, value_name = "N", default_value_t = 314.0)]
    pub resources: f64,
    /// Creates and updates a second
    #[arg(long, value_name = "RATE", default_value_t = 20.0)]
    pub writes: f64,
    /// Reads by id a second
    #[arg(long, value_name = "RATE", default_value_t = 100.0)]
    pub reads: f64,
    /// Searches a second, a page of 20 each
    #[arg(long, value_name = "RATE", default_value_t = 50.0)]
    pub searches: f64,
    /// Downloads of all resources of one tenant a second; one a day is 0.0000116
    #[arg(long, value_name = "RATE", default_value_t = 0.000_011_6)]
    pub exports: f64,
    /// Tenants, among which the patients are spread
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub tenants: u64,
    /// Versions kept of a resource, on average
    #[arg(long, value_name = "N", default_value_t = 1.2)]
    pub versions: f64,
    /// Where to calibrate: a folder on the disk in question
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub data: PathBuf,
    /// How long to calibrate, in seconds; with more, larger sizes are calibrated
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub time: u32,
    /// Write the report as JSON as well
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the report as an HTML page with charts as well
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Do not run the mix to check the predictions
    #[arg(long)]
    pub no_check: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Make a tenant, with keys of its own
    Create(CreateOptions),
    /// Ask something else of a tenant's references
    Change(ChangeOptions),
    /// List the tenants, a line each
    List(DirectoryOptions),
    /// Show one tenant: resources by type, bytes, how far its history reaches
    Show(TenantOptions),
    /// Destroy a tenant's keys and remove its data
    Drop(TenantOptions),
}

#[derive(Debug, Args)]
pub(crate) struct CreateOptions {
    #[command(flatten)]
    pub tenant: TenantOptions,
    /// The zone of dates that name none: America/New_York, -05:00; UTC if not given. It stays
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub time_zone: Option<String>,
    /// Whether references must lead somewhere: off, check or block; off if not given
    #[arg(long, value_name = "MODE")]
    pub referential_integrity: Option<ReferentialIntegrity>,
}

#[derive(Debug, Args)]
pub(crate) struct ChangeOptions {
    #[command(flatten)]
    pub tenant: TenantOptions,
    /// Whether references must lead somewhere: off, check or block
    #[arg(long, value_name = "MODE")]
    pub referential_integrity: ReferentialIntegrity,
}

#[derive(Debug, Args)]
pub(crate) struct TenantOptions {
    /// The tenant
    #[arg(value_name = "NAME")]
    pub name: String,
    #[command(flatten)]
    pub directory: DirectoryOptions,
}

#[derive(Debug, Args)]
pub(crate) struct DirectoryOptions {
    /// The directory, as given to `fornax serve`
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct StatsOptions {
    #[command(flatten)]
    pub directory: DirectoryOptions,
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompactOptions {
    #[command(flatten)]
    pub directory: DirectoryOptions,
    /// Only this tenant
    #[arg(long, value_name = "NAME")]
    pub tenant: Option<String>,
    /// Forget what was replaced up to this time, such as 2019-12-31T23:59:59Z
    #[arg(long, value_name = "INSTANT")]
    pub forget_history_before: Option<Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    #[command(flatten)]
    pub directory: DirectoryOptions,
    /// Only this tenant
    #[arg(long, value_name = "NAME")]
    pub tenant: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ReindexOptions {
    #[command(flatten)]
    pub tenant: TenantOptions,
    /// Do not wait for the end
    #[arg(long)]
    pub background: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    #[command(flatten)]
    pub tenant: TenantOptions,
    /// What to import, in this order
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List the jobs of a tenant, the newest first
    List(TenantOptions),
    /// Show one job
    Show(JobOptions),
    /// Let a job wait
    Pause(JobOptions),
    /// Let a job that was paused go on
    Resume(JobOptions),
    /// Call a job off, and take back what it did
    Cancel(JobOptions),
    /// Let a job that failed go on from where it was
    Retry(JobOptions),
}

#[derive(Debug, Args)]
pub(crate) struct JobOptions {
    #[command(flatten)]
    pub tenant: TenantOptions,
    /// The job, by its number
    #[arg(value_name = "NUMBER")]
    pub number: u64,
}

impl ServeOptions {
    /// The addresses that `--listen` names; not empty.
    pub(crate) fn addresses(&self) -> std::io::Result<Vec<SocketAddr>> {
        use std::net::ToSocketAddrs;
        let addresses: Vec<_> = self.listen.to_socket_addrs()?.collect();
        if addresses.is_empty() {
            return Err(std::io::Error::other("the name has no address"));
        }
        Ok(addresses)
    }
}

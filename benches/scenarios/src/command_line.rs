//! What can be typed. The texts here are the manual.

use std::fs;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Parser;
use hyper::header::HeaderValue;

use crate::Failure;
use crate::data::Data;
use crate::http::{BaseUrl, Server};
use crate::report::Report;
use crate::scenarios::{Order, Pacing, Scenario};

/// Make load on a FHIR R4 server, any one, and report what it bears.
#[derive(Debug, Parser)]
#[command(name = "scenarios", version, arg_required_else_help = true, after_long_help = HELP)]
pub struct CommandLine {
    /// What to run, in this order
    #[arg(required = true, value_enum, value_name = "SCENARIO")]
    pub scenarios: Vec<Scenario>,

    /// The server's base; plain HTTP only
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080/fhir")]
    pub base: BaseUrl,

    /// `generated`, or a folder of batch and transaction Bundles as .json files
    #[arg(long, value_name = "WHAT", default_value = "generated")]
    pub data: String,

    /// How many patients to generate
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub patients: u64,

    /// Where chance starts from for generated patients
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,

    /// Clients at once, in the place of a scenario's own number; the last step, where it runs by 1, 2, 4 ...
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub clients: Option<u16>,

    /// How long each scenario makes load, all of its stages together, in the place of its own time
    #[arg(long, value_name = "N", value_parser = positive)]
    pub seconds: Option<f64>,

    /// Requests a second of all clients together, whatever the server does. Without it, each client sends the next one when it
    /// has the answer
    #[arg(long, value_name = "N", value_parser = positive)]
    pub rate: Option<f64>,

    /// Seconds before each stage that don't count; at most a quarter of the stage's time is taken
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    pub warm_up: f64,

    /// Seconds after which an answer is no longer waited for
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0, value_parser = positive)]
    pub timeout: f64,

    /// After the scenario `search`, make each kind of search for itself too, so that the server's CPU is told for each
    #[arg(long)]
    pub apart: bool,

    /// The header `Authorization`: `file:PATH` or `env:NAME` that holds its value
    #[arg(long, value_name = "SOURCE")]
    pub authorization: Option<Secret>,

    /// A process of the server on this machine, whose CPU and memory are told with those of all its children. May be given more
    /// than once
    #[arg(long, value_name = "PID")]
    pub server_pid: Vec<u32>,

    /// A folder on the server's disk: how fast that syncs is measured first
    #[arg(long, value_name = "FOLDER")]
    pub disk: Option<PathBuf>,

    /// With `parity`: another server, whose counts are compared
    #[arg(long, value_name = "URL")]
    pub against: Option<BaseUrl>,

    /// A report of another server, as JSON, whose figures stand beside these in the page
    #[arg(long, value_name = "FILE")]
    pub beside: Option<PathBuf>,

    /// Where the report goes as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Where the report goes as a page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

const HELP: &str = "\
Usual clients and seconds: crud 300, 300 · import 20, until it is done · search 30, 120 · mixed 64, 120 · small-transactions 1 to
128, 480 · analytic 1, 240 · read 1 to 64, 140 · ours 8, 120.

Values to search for come from the data, which must be loaded first: by `import`, or by others with the same --data, --patients
and --seed. crud, mixed and small-transactions leave resources behind: run parity, search and analytic before them.

    scenarios --server-pid PID --json report.json --html report.html import parity search analytic read
    scenarios --seconds 10 --clients 8 search

Latencies are those of good answers. Where each client waits for an answer, they are corrected for the requests that it could not
send meanwhile (coordinated omission): the usual time between two requests of a kind is their median. At a --rate nothing is
omitted: latency counts from when a request was due. Clients share this machine's processors with the server, when that is here:
compare figures of one machine and one hour only.

The exit code is 0 only if every request was answered as asked and parity, when it was checked, holds; 1 if not; 2 if there is no
report.";

/// Where a secret is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// A file.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
}

impl FromStr for Secret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("env", name)) if !name.is_empty() => Ok(Self::Variable(name.to_owned())),
            _ => Err("give file:PATH or env:NAME; a secret does not belong on a command line".to_owned()),
        }
    }
}

impl Secret {
    fn read(&self) -> Result<HeaderValue, Failure> {
        let text = match self {
            Self::File(path) => fs::read_to_string(path).map_err(Failure::reading(path))?,
            Self::Variable(name) => {
                std::env::var(name).map_err(|error| Failure::Options(format!("{name}: {error}")))?
            }
        };
        let mut value = HeaderValue::from_str(text.trim())
            .map_err(|_| Failure::Options("--authorization: not a header's value".to_owned()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn positive(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if value.is_finite() && value > 0.0 && value < 1e9 { Ok(value) } else { Err("more than 0".to_owned()) }
}

impl CommandLine {
    /// The server at a base.
    ///
    /// # Errors
    /// The secret can't be read.
    pub fn server(&self, base_url: &BaseUrl) -> Result<Server, Failure> {
        Ok(Server {
            base_url: base_url.clone(),
            authorization: self.authorization.as_ref().map(Secret::read).transpose()?,
            answer_time: Duration::from_secs_f64(self.timeout),
        })
    }

    /// The data that was named.
    ///
    /// # Errors
    /// It can't be read or made.
    pub fn data(&self) -> Result<Data, Failure> {
        match self.data.as_str() {
            "generated" => Data::generated(self.patients, self.seed),
            folder => Data::folder(folder.as_ref()),
        }
    }

    /// The report that is to stand beside this one.
    ///
    /// # Errors
    /// It can't be read.
    pub fn other_report(&self) -> Result<Option<Report>, Failure> {
        let Some(path) = &self.beside else { return Ok(None) };
        let json = fs::read_to_string(path).map_err(Failure::reading(path))?;
        let report = Report::parse(&json);
        report.map(Some).map_err(|error| Failure::Options(format!("{}: {error}", path.display())))
    }

    /// How to run.
    pub fn pacing(&self) -> Pacing {
        Pacing {
            clients: self.clients.map(usize::from),
            seconds: self.seconds,
            rate: self.rate,
            warm_up: self.warm_up.clamp(0.0, 1e6),
            order: if self.apart { Order::MixedThenApart } else { Order::Mixed },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &str) -> Result<CommandLine, clap::Error> {
        CommandLine::try_parse_from(std::iter::once("scenarios").chain(arguments.split(' ')))
    }

    #[test]
    fn what_is_typed_is_taken() {
        let options = parse(
            "import small-transactions --base http://h:1/r4 --patients 7 --clients 9 --seconds 0.5 --rate 100 \
             --server-pid 4 --server-pid 5 --apart --authorization env:TOKEN",
        )
        .expect("options");
        assert_eq!(options.scenarios, [Scenario::Import, Scenario::SmallTransactions]);
        assert_eq!(options.base.to_string(), "http://h:1/r4");
        assert_eq!(options.server_pid, [4, 5]);
        assert_eq!(options.authorization, Some(Secret::Variable("TOKEN".to_owned())));
        let pacing = options.pacing();
        assert_eq!((pacing.clients, pacing.seconds, pacing.rate), (Some(9), Some(0.5), Some(100.0)));
        assert_eq!(pacing.order, Order::MixedThenApart);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [
            "",
            "nothing",
            "read --clients 0",
            "read --seconds 0",
            "read --seconds -1",
            "read --rate nan",
            "read --base https://h/",
            "read --authorization secret",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_read_from_where_it_is_and_not_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        fs::write(&path, "Bearer abc\n").expect("a file");
        let options = parse(&format!("read --authorization file:{}", path.display())).expect("options");
        let server = options.server(&options.base).expect("a server");
        assert_eq!(server.authorization.as_ref().map(HeaderValue::as_bytes), Some(&b"Bearer abc"[..]));
        assert!(!format!("{server:?}").contains("abc"));
    }
}

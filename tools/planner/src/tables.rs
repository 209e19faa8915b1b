//! The report's tables, for text and page alike.

use crate::units::{bytes, factor, percent, rate, short, time, time_or_none, whole};
use crate::{Check, Compared, Forecast, Headroom, Kind, Report};

/// A figure of a forecast, shown.
type Figure<'a> = &'a dyn Fn(&Forecast) -> String;

/// A table. Its first column holds names, the others figures.
pub(crate) struct Table {
    pub title: &'static str,
    /// Below the title, where there is more to say.
    pub about: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    fn new<const N: usize>(title: &'static str, head: [&str; N]) -> Self {
        Self { title, about: String::new(), head: head.map(str::to_owned).into(), rows: Vec::new() }
    }

    fn about(self, about: impl Into<String>) -> Self {
        Self { about: about.into(), ..self }
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }
}

/// The answer: a figure, and what it is of.
pub(crate) fn answer(report: &Report) -> Vec<(String, &'static str)> {
    let best = &report.recommended;
    let p99 = best.forecast.kinds.search.p99_us;
    vec![
        (best.cores.to_string(), if best.cores == 1 { "core" } else { "cores" }),
        (bytes(best.memory_bytes), "memory"),
        (bytes(best.disk_bytes), "disk"),
        (short(best.io_s.ceil()), "disk operations a second"),
        (time_or_none(p99), "99 of 100 searches"),
        (time_or_none(best.forecast.kinds.write.p99_us), "99 of 100 writes"),
    ]
}

/// The workload in one sentence.
pub(crate) fn workload(report: &Report) -> String {
    let of = &report.workload;
    let rates = of.rates_s;
    format!(
        "{} patients with {} resources each, {} versions kept of a resource, in {} tenant{}; a second: {} writes, {} reads, {} searches, \
         {} exports of a tenant.",
        whole(of.patients as f64),
        short(of.resources_each),
        short(of.versions_kept),
        whole(of.tenants as f64),
        if of.tenants == 1 { "" } else { "s" },
        short(rates.write),
        short(rates.read),
        short(rates.search),
        short(rates.export),
    )
}

/// All of them, in order.
pub(crate) fn all(report: &Report) -> Vec<Table> {
    let mut tables = vec![machines(report), kinds(report), memory(report), disk(report), headroom(report)];
    tables.push(what_if(report));
    tables.extend(check(report));
    tables.extend([calibration(report), sizes(report)]);
    tables
}

fn machines(report: &Report) -> Table {
    let (here, best) = (&report.here, &report.recommended);
    let machine = &report.calibration.machine;
    let mut table = Table::new("Recommended machine", ["", "this machine", "recommended"]).about(
        "Cores like these, busy to 60 % at most; memory for the process, a quarter more, and a quarter of the data; a disk that syncs \
         like this one, filled to four fifths.",
    );
    let mut row = |name: &str, of: String, there: String| table.row([name.to_owned(), of, there]);
    row("cores", machine.cores.to_string(), best.cores.to_string());
    row("cores busy", short(here.busy_cores), short(best.forecast.busy_cores));
    row("utilisation", percent(here.utilisation), percent(best.forecast.utilisation));
    row("memory", bytes(machine.memory_bytes as f64), bytes(best.memory_bytes));
    let free =
        machine.disk_free_bytes.map_or_else(|| "unknown".to_owned(), |free| bytes(free as f64) + " free");
    row("disk", free, bytes(best.disk_bytes));
    let both = |figure: Figure<'_>| (figure(here), figure(&best.forecast));
    let rows: [(&str, Figure<'_>); 6] = [
        ("syncs", &|of| rate(of.syncs.rate_s)),
        ("syncs for each write", &|of| short(of.syncs.a_commit)),
        ("reads that miss memory", &|of| rate(of.io.reads_s)),
        ("written, compaction included", &|of| bytes(of.io.written_bytes_s) + "/s"),
        ("the first load takes", &|of| time(of.load_s * 1e6)),
        ("an export by one client takes", &|of| time_or_none(of.export_s.map(|s| s * 1e6))),
    ];
    for (name, figure) in rows {
        let (of, there) = both(figure);
        row(name, of, there);
    }
    table
}

fn kinds(report: &Report) -> Table {
    let head =
        ["", "requests", "CPU each", "grows", "p50 here", "p99 here", "p50 recommended", "p99 recommended"];
    let beyond = report.here.beyond;
    let about = if beyond > 1.0 {
        format!(
            "At {} times the largest calibrated size: CPU is extrapolated by the law in the column `grows`.",
            short(beyond)
        )
    } else {
        "Within the calibrated sizes.".to_owned()
    };
    let mut table = Table::new("Requests", head).about(about);
    for kind in Kind::ALL {
        let (here, there) = (report.here.kinds.of(kind), report.recommended.forecast.kinds.of(kind));
        table.row([
            kind.name().to_owned(),
            rate(here.requests_s),
            time(here.cpu_us),
            here.growth.name().to_owned(),
            time_or_none(here.p50_us),
            time_or_none(here.p99_us),
            time_or_none(there.p50_us),
            time_or_none(there.p99_us),
        ]);
    }
    table
}

fn memory(report: &Report) -> Table {
    let of = &report.here.memory;
    let mut table = Table::new("Memory of the process", ["", "bytes"]);
    for (name, size) in of.named() {
        table.row([name.to_owned(), bytes(size)]);
    }
    table.row(["all".to_owned(), bytes(of.all())]);
    table
}

fn disk(report: &Report) -> Table {
    let of = &report.here.disk;
    let versions = report.workload.versions().max(1.0);
    let mut table = Table::new("Disk", ["", "bytes", "a version"]);
    for (name, size) in of.named() {
        table.row([name.to_owned(), bytes(size), bytes(size / versions)]);
    }
    table.row(["all".to_owned(), bytes(of.all()), bytes(of.all() / versions)]);
    table
}

fn headroom(report: &Report) -> Table {
    let mut table = Table::new("Headroom", ["may grow", "here to", "then limits", "recommended to", "then limits"])
        .about("How many times as much there may be before cores are busy for 90 % of the time, memory is taken or the disk is full.");
    let limit = |of: &Headroom| of.limit.map_or("-", crate::Limit::name).to_owned();
    for (here, there) in report.headroom_here.iter().zip(&report.headroom_recommended) {
        table.row([
            here.subject.name().to_owned(),
            factor(here.factor),
            limit(here),
            factor(there.factor),
            limit(there),
        ]);
    }
    table
}

fn what_if(report: &Report) -> Table {
    let head = ["", "busy here", "cores", "memory", "disk", "disk ops", "write p99", "search p99"];
    let mut table =
        Table::new("What if", head).about("The machine recommended for each case, and the latencies on it.");
    for row in &report.what_if {
        let name = if row.factor == 1.0 {
            row.what.to_owned()
        } else {
            format!("{} x {}", row.what, short(row.factor))
        };
        table.row([
            name,
            percent(row.utilisation),
            row.cores.to_string(),
            bytes(row.memory_bytes),
            bytes(row.disk_bytes),
            rate(row.io_s),
            time_or_none(row.write_p99_us),
            time_or_none(row.search_p99_us),
        ]);
    }
    table
}

fn check(report: &Report) -> Option<Table> {
    if report.checks.is_empty() {
        return None;
    }
    let head = ["", "rate", "predicted", "measured", "error"];
    let mut table = Table::new("Check: predicted and measured", head).about(
        "The asked mix over HTTP on this machine, clients on the same cores; requests begin at random times whether others are done or not, \
         and latency counts from then.",
    );
    for of in &report.checks {
        check_rows(&mut table, of);
    }
    Some(table)
}

fn check_rows(table: &mut Table, of: &Check) {
    let at = percent(of.utilisation_asked);
    let error =
        |of: &Compared| of.error_percent().map_or_else(|| "-".to_owned(), |error| format!("{error:+.0} %"));
    let mut row = |name: String, requests: String, of: &Compared, show: fn(f64) -> String| {
        table.row([name, requests, show(of.predicted), show(of.measured), error(of)]);
    };
    row(format!("at {at}: cores busy"), format!("{} s", short(of.run_s)), &of.utilisation, percent);
    for (kind, found) in of.kinds.iter() {
        let Some(found) = found else { continue };
        let name = kind.name();
        row(format!("at {at}: {name} p50"), rate(found.requests_s), &found.p50_us, time);
        row(
            format!("at {at}: {name} p99"),
            format!("{} calls", whole(found.calls as f64)),
            &found.p99_us,
            time,
        );
    }
}

fn calibration(report: &Report) -> Table {
    let of = &report.calibration;
    let machine = &of.machine;
    let mut table = Table::new("Calibration", ["", "p50", "p99", "rate", "server CPU each"]).about(format!(
        "{} cores, {} of memory, {} build; others kept {} cores busy; opening took {}.",
        machine.cores,
        bytes(machine.memory_bytes as f64),
        machine.build,
        short(machine.others_busy_cores),
        time(of.opening_ms * 1e3)
    ));
    let none = || "-".to_owned();
    table.row(["sync of 4 KiB".to_owned(), time(of.sync.p50_us), time(of.sync.p99_us), none(), none()]);
    for commits in &of.commits {
        table.row([
            format!("creates, {} writer{}", commits.writers, if commits.writers == 1 { "" } else { "s" }),
            time(commits.latencies.p50_us),
            time(commits.latencies.p99_us),
            rate(commits.rate_s),
            time(commits.server_cpu_us),
        ]);
    }
    for kind in Kind::ALL {
        if let Some(calls) = of.calls(kind) {
            let alone = if calls.latencies.mean_us > 0.0 { 1e6 / calls.latencies.mean_us } else { 0.0 };
            table.row([
                format!("{}, 1 client", kind.name()),
                time(calls.latencies.p50_us),
                time(calls.latencies.p99_us),
                rate(alone),
                time(calls.server_cpu_us),
            ]);
        }
    }
    let (mixed, crowd) = (&of.mixed, of.crowd);
    table.row([
        format!("the mix, 1 client, CPU {}", factor(mixed.cpu_factor)),
        none(),
        none(),
        rate(mixed.rate_s),
        none(),
    ]);
    table.row([
        format!("the mix, all cores, CPU {}", factor(crowd.cpu_factor)),
        none(),
        none(),
        rate(crowd.rate_s),
        none(),
    ]);
    table
}

fn sizes(report: &Report) -> Table {
    let head =
        ["resources", "load", "load CPU", "write", "read", "search", "export page", "bytes on disk each"];
    let mut table =
        Table::new("Calibrated sizes", head).about("The server's CPU for each, background work included.");
    for size in &report.calibration.sizes {
        let cpu = |kind| time(size.calls.of(kind).server_cpu_us);
        table.row([
            whole(size.resources as f64),
            rate(size.load.rate_s),
            time(size.load.cpu_us),
            cpu(Kind::Write),
            cpu(Kind::Read),
            cpu(Kind::Search),
            cpu(Kind::Export),
            bytes(size.bytes_each.sum()),
        ]);
    }
    table
}

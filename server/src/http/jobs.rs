//! Jobs over HTTP, by FHIR's asynchronous pattern: what takes long is accepted with the URL of its status, which answers 202 until
//! it is over (hl7.org/fhir/R4/async.html).

use axum::http::header::{CONTENT_LOCATION, HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use fornax::{Issue, Job, JobAction, JobState, Tenant};
use fornax_model::write::{ArrayWriter, ObjectWriter};

use super::interaction::Call;
use super::refusal::Refusal;
use super::reply::Reply;

const X_PROGRESS: HeaderName = HeaderName::from_static("x-progress");
/// The kind of jobs that are requests carried out later.
const REQUEST: &str = "request";
/// When to ask again, in seconds.
const ASK_AGAIN_S: HeaderValue = HeaderValue::from_static("1");

/// `POST $reindex`: asks for the index to be built anew.
pub(crate) fn reindex(tenant: &Tenant, call: &Call, _body: Vec<u8>) -> Result<Reply, Refusal> {
    let job = tenant.reindex(&call.principal())?;
    Ok(accepted(call, &job))
}

/// `GET $reindex`: which of the tenant's own search parameters are searched by, and how the last reindex stands.
pub(crate) fn reindex_status(tenant: &Tenant, _call: &Call, _body: Vec<u8>) -> Result<Reply, Refusal> {
    let (own, jobs) = (tenant.search_parameters()?, tenant.jobs()?);
    let body = parameters(|list| {
        for one in &own {
            let parts =
                [("url", ("valueUri", one.url.clone())), ("status", ("valueString", one.status.clone()))];
            write_parts(list, "searchParameter", &parts);
        }
        jobs.iter().filter(|job| job.kind == "reindex").take(1).for_each(|job| write(list, job));
    });
    Ok(Reply::json(StatusCode::OK, body))
}

/// All jobs of the tenant, the newest first.
pub(crate) fn list(tenant: &Tenant) -> Result<Reply, Refusal> {
    let jobs = tenant.jobs()?;
    Ok(Reply::json(StatusCode::OK, parameters(|list| jobs.iter().for_each(|job| write(list, job)))))
}

/// How a job stands.
pub(crate) fn status(tenant: &Tenant, call: &Call, number: u64) -> Result<Reply, Refusal> {
    let job = tenant.job(number)?;
    match job.state {
        JobState::Queued | JobState::Running | JobState::Paused => Ok(accepted(call, &job)),
        JobState::Completed if job.kind == REQUEST => {
            Ok(Reply::json(StatusCode::OK, tenant.request_answer(number)?))
        }
        JobState::Completed => Ok(Reply::json(StatusCode::OK, parameters(|list| write(list, &job)))),
        JobState::Failed => {
            let why = job.failure.as_deref().unwrap_or("the job failed");
            Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, Issue::error("exception", why)))
        }
        JobState::Cancelled => {
            let issue = Issue::error("not-found", "the job was called off");
            Err(Refusal::new(StatusCode::NOT_FOUND, issue))
        }
    }
}

/// Calls a job off; of a request that is over, forgets the answer.
pub(crate) fn cancel(tenant: &Tenant, call: &Call, number: u64) -> Result<Reply, Refusal> {
    let job = tenant.control_job(number, JobAction::Cancel)?;
    Ok(accepted(call, &job))
}

/// 202, where to ask how it stands, and how it stands now.
pub(crate) fn accepted(call: &Call, job: &Job) -> Reply {
    let mut reply = Reply::json(StatusCode::ACCEPTED, parameters(|list| write(list, job)));
    let location = format!("{}/_jobs/{}", call.base_urls.own, job.number);
    let progress = match job.state {
        JobState::Running if job.total > 0 => format!("{}: {} of {}", job.kind, job.done, job.total),
        state => format!("{}: {}", job.kind, state.name()),
    };
    let texts = [(CONTENT_LOCATION, location), (X_PROGRESS, progress)];
    let headers =
        texts.into_iter().filter_map(|(name, text)| Some((name, HeaderValue::try_from(text).ok()?)));
    reply.headers.extend(headers);
    if !job.state.is_over() {
        reply.headers.insert(RETRY_AFTER, ASK_AGAIN_S);
    }
    reply
}

/// A Parameters resource.
fn parameters(fill: impl FnOnce(&mut ArrayWriter<'_>)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut resource = ObjectWriter::new(&mut out);
    resource.string("resourceType", "Parameters");
    let mut list = resource.array("parameter");
    fill(&mut list);
    drop(list);
    drop(resource);
    out
}

fn write(list: &mut ArrayWriter<'_>, job: &Job) {
    let number = |number: u64| ("valueDecimal", number.to_string());
    let code = |code: &str| ("valueCode", code.to_owned());
    let mut parts = vec![
        ("number", number(job.number)),
        ("kind", code(job.kind)),
        ("state", code(job.state.name())),
        ("done", number(job.done)),
        ("total", number(job.total)),
    ];
    let times = [("created", Some(job.created)), ("started", job.started), ("ended", job.ended)];
    let times = times.into_iter().filter_map(|(name, time)| Some((name, time?)));
    parts.extend(times.map(|(name, time)| (name, ("valueInstant", format!("{time:.3}")))));
    parts.extend(job.failure.clone().map(|failure| ("failure", ("valueString", failure))));
    write_parts(list, "job", &parts);
}

/// A parameter that is made of parts: the name of each, the member that its value is, and that value.
fn write_parts(list: &mut ArrayWriter<'_>, name: &str, parts: &[(&str, (&str, String))]) {
    let mut parameter = list.object();
    parameter.string("name", name);
    let mut array = parameter.array("part");
    for (name, (member, value)) in parts {
        let mut part = array.object();
        part.string("name", name);
        match *member {
            "valueDecimal" => part.raw(member, value.as_bytes()),
            member => part.string(member, value),
        }
    }
}

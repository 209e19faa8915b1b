//! The engine, taken through histories.

use std::collections::BTreeMap;
use std::rc::Rc;

use fornax::{
    AsOf, BundleOptions, Change, Committed, Engine, Error, Handling, HistoryPage, HistoryRequest,
    HistoryScope, JobState, Options, Principal, ReturnBodies, SearchPage, SearchRequest, Tenant, TenantId,
    Version, VersionId,
};
use fornax_oracle::changes::{Expected, Whose};
use fornax_oracle::dates::instant_text;
use fornax_oracle::history::judge::{Disagreement, run};
use fornax_oracle::history::step::{Answer, BundleKind, Moment, Since, Step};
use fornax_oracle::json::Json;
use fornax_oracle::patch::{Patch, PatchKind};
use fornax_oracle::references::OWN_ADDRESS;
use fornax_oracle::repository::{Outcome, Scope};
use fornax_oracle::transaction::{Entry, Method};
use tempfile::TempDir;

use crate::shown;

/// Runs histories. A directory for each of them costs no more than a tenant for each.
pub struct Rig {
    /// How many index documents may wait in memory. With few of them there are files, and merges.
    pub fresh_documents_max: usize,
}

impl Rig {
    /// Takes the oracle and a new engine through a history.
    pub fn run(&self, steps: &[Step]) -> Result<(), Disagreement> {
        self.run_altered(steps, &mut |_, answer| answer)
    }

    /// The same, with the engine's answers altered on the way.
    pub fn run_altered(
        &self,
        steps: &[Step],
        alter: &mut impl FnMut(&Step, Answer) -> Answer,
    ) -> Result<(), Disagreement> {
        let mut session = Session::begin(self.fresh_documents_max);
        run(steps, &mut |step| alter(step, session.perform(step)))?;
        match session.tenant().verify().unwrap().findings.first() {
            None => Ok(()),
            Some(finding) => {
                let step = "verify".to_owned();
                Err(Disagreement { at: steps.len(), step, how: finding.clone() })
            }
        }
    }
}

/// An engine on its way through a history.
struct Session {
    options: Options,
    engine: Option<(Engine, Tenant)>,
    held: BTreeMap<u8, Held>,
    last_change: Option<Version>,
    /// The commits that searches of the present saw, the last last.
    seen: Vec<u64>,
    // The last to go.
    _folder: TempDir,
}

/// What was begun: by which token its next page is had, if there is one.
enum Held {
    Search(String, Option<String>),
    History(HistoryScope, Option<String>),
}

impl Session {
    fn begin(fresh_documents_max: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::at(folder.path().join("data"));
        options.limits.fresh_documents_max = fresh_documents_max;
        let engine = Some(opened(&options));
        Self { options, engine, held: BTreeMap::new(), last_change: None, seen: Vec::new(), _folder: folder }
    }

    fn tenant(&self) -> &Tenant {
        &self.engine.as_ref().unwrap().1
    }

    fn close(&mut self) {
        self.engine.take().unwrap().0.close().unwrap();
    }

    fn perform(&mut self, step: &Step) -> Answer {
        self.answer(step).unwrap_or_else(|error| Answer::Refused(shown::refusal(error.kind())))
    }

    fn answer(&mut self, step: &Step) -> Result<Answer, Error> {
        let tenant = self.tenant().clone();
        match step {
            Step::Create { resource_type, criteria: Some(criteria), body, .. } => {
                self.commit(Change::create_if_none_exist(resource_type, body.clone().into(), criteria))
            }
            Step::Create { resource_type, body, .. } => {
                self.commit(Change::create(resource_type, body.clone().into()))
            }
            Step::Update { whose, expected, body } => {
                let body = body.clone().into();
                let change = match whose {
                    Whose::Id(key) => Change::update(&key.resource_type, &key.id, body),
                    Whose::Matching(of, criteria) => Change::update_matching(of, criteria, body),
                };
                self.commit(expecting(change, *expected))
            }
            Step::Patch { whose, expected, patch } => {
                let patch = fornax::Patch::new(kind_of(patch), patch.body.to_string().into_bytes());
                let change = match whose {
                    Whose::Id(key) => Change::patch(&key.resource_type, &key.id, patch),
                    Whose::Matching(of, criteria) => Change::patch_matching(of, criteria, patch),
                };
                self.commit(expecting(change, *expected))
            }
            Step::Delete { whose, expected } => {
                let change = match whose {
                    Whose::Id(key) => Change::delete(&key.resource_type, &key.id),
                    Whose::Matching(of, criteria) => Change::delete_matching(of, criteria),
                };
                self.commit(expecting(change, *expected))
            }
            Step::DeleteAll { resource_type, criteria, at_most } => {
                self.delete_all(Change::delete_all_matching(resource_type, criteria, *at_most))
            }
            Step::Read(key) => tenant.read(&key.resource_type, &key.id, &tester()).map(shown::found),
            Step::VersionRead(key, version) => {
                let version = VersionId(*version);
                tenant.vread(&key.resource_type, &key.id, version, &tester()).map(shown::found)
            }
            Step::History { scope, count, since } => self.history(scope, *count, *since),
            Step::Search(search) => {
                let page = begin(&tenant, &request(search, Method::Get))?;
                self.seen.push(page.commit);
                all_pages(&tenant, search, page)
            }
            Step::SearchByPost(search) => {
                let page = begin(&tenant, &request(search, Method::Post))?;
                self.seen.push(page.commit);
                all_pages(&tenant, search, page)
            }
            Step::SearchAsOf(moment, search) => {
                let page = begin(&tenant, &self.request_as_of(*moment, search))?;
                all_pages(&tenant, search, page)
            }
            Step::Hold(slot, search) => {
                self.held.remove(slot);
                let page = begin(&tenant, &request(search, Method::Get))?;
                self.seen.push(page.commit);
                Ok(self.hold_search(*slot, path_of(search).to_owned(), page))
            }
            Step::HoldAsOf(slot, moment, search) => {
                self.held.remove(slot);
                let page = begin(&tenant, &self.request_as_of(*moment, search))?;
                Ok(self.hold_search(*slot, path_of(search).to_owned(), page))
            }
            Step::HoldHistory(slot, scope, count) => {
                self.held.remove(slot);
                let scope = scope_of(scope);
                let request = HistoryRequest { count: Some(*count), ..HistoryRequest::default() };
                let page = tenant.history(&scope, &request, &tester())?;
                Ok(self.hold_history(*slot, scope, page))
            }
            Step::Continue(slot) => match self.held.remove(slot) {
                Some(Held::Search(path, Some(token))) => {
                    let page = tenant.search_page(&path, &token, &tester())?;
                    Ok(self.hold_search(*slot, path, page))
                }
                Some(Held::History(scope, Some(token))) => {
                    let page = tenant.history_page(&scope, &token, &tester())?;
                    Ok(self.hold_history(*slot, scope, page))
                }
                _ => Ok(Answer::Nothing),
            },
            Step::Bundle { kind, entries, .. } => self.bundle(*kind, entries),
            Step::Reopen | Step::Rebuild => {
                drop(tenant);
                self.close();
                if *step == Step::Rebuild {
                    std::fs::remove_dir_all(self.options.directory.join("index")).unwrap();
                }
                self.engine = Some(opened(&self.options));
                Ok(Answer::Nothing)
            }
            Step::Forget(moment) => {
                let before = time_of(*moment).parse().unwrap();
                tenant.forget_history(before, &tester()).map(Answer::Forgotten)
            }
            Step::Compact => {
                // The index as well is built anew, while pages are held.
                let job = tenant.wait_for_job(tenant.reindex(&tester())?.number)?;
                assert_eq!((job.state, job.failure), (JobState::Completed, None));
                tenant.compact().map(|()| Answer::Nothing)
            }
        }
    }

    /// A moment that is a time is said in the query, as a client does.
    fn request_as_of(&self, moment: Moment, search: &str) -> SearchRequest {
        let request = request(search, Method::Get);
        match moment {
            Moment::Search(back) => {
                let commit = self.seen.iter().rev().nth(back as usize).copied().unwrap_or(0);
                SearchRequest { as_of: Some(AsOf::Commit(commit)), ..request }
            }
            moment => {
                let and = if request.query.is_empty() { "" } else { "&" };
                let query = format!("{}{and}_asof={}", request.query, time_of(moment));
                SearchRequest { query, ..request }
            }
        }
    }

    fn commit(&mut self, change: Change) -> Result<Answer, Error> {
        let change = change.own_bases(vec![OWN_ADDRESS.to_owned()]);
        let committed = self.tenant().commit(&change, &tester())?;
        self.last_change = shown::change(&committed).cloned().or(self.last_change.take());
        Ok(Answer::Done(shown::outcome(&committed)))
    }

    /// The answer says how many there were; the history says which.
    fn delete_all(&mut self, change: Change) -> Result<Answer, Error> {
        let change = change.own_bases(vec![OWN_ADDRESS.to_owned()]);
        let Committed::DeletedAll(count) = self.tenant().commit(&change, &tester())? else {
            panic!("another answer");
        };
        let mut deleted = Vec::new();
        if count > 0 {
            let request = HistoryRequest { count: Some(count as u32), ..HistoryRequest::default() };
            deleted = self.tenant().history(&HistoryScope::System, &request, &tester())?.versions;
            self.last_change = deleted.first().cloned();
        }
        let deleted = deleted.iter().map(|version| Rc::new(shown::version(version))).collect();
        Ok(Answer::Done(Outcome::DeletedAll(deleted)))
    }

    fn bundle(&mut self, kind: BundleKind, entries: &[Entry]) -> Result<Answer, Error> {
        let options = BundleOptions {
            own_bases: vec![OWN_ADDRESS.to_owned()],
            bodies: ReturnBodies::Yes,
            handling: Handling::Lenient,
            provenance: None,
        };
        let kind = if kind == BundleKind::Batch { "batch" } else { "transaction" };
        let entries = entries.iter().map(entry_json).collect::<Vec<_>>().join(",");
        let body = format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{entries}]}}"#);
        let tenant = self.tenant();
        let response = tenant.process_bundle(body.into_bytes(), &options, &tester())?;
        let changes = response.entries.iter().filter_map(shown::entry_change);
        if let Some(last) = changes.max_by_key(|version| version.last_updated) {
            self.last_change = Some(last.clone());
        }
        Ok(Answer::Bundle(response.entries.iter().map(shown::entry).collect()))
    }

    fn history(&self, scope: &Scope, count: Option<u32>, since: Since) -> Result<Answer, Error> {
        let tenant = self.tenant();
        let scope = scope_of(scope);
        let last = self.last_change.as_ref().filter(|_| since == Since::LastChange);
        let request = HistoryRequest {
            count,
            since: last.map(|version| version.last_updated),
            ..HistoryRequest::default()
        };
        let mut page = tenant.history(&scope, &request, &tester())?;
        let mut pages = vec![shown::history_page(&page)];
        while let Some(token) = page.next {
            page = tenant.history_page(&scope, &token, &tester())?;
            pages.push(shown::history_page(&page));
        }
        Ok(Answer::History(pages))
    }

    fn hold_search(&mut self, slot: u8, path: String, page: SearchPage) -> Answer {
        let shown = shown::page(&page);
        self.held.insert(slot, Held::Search(path, page.next));
        Answer::Pages(vec![shown])
    }

    fn hold_history(&mut self, slot: u8, scope: HistoryScope, page: HistoryPage) -> Answer {
        let shown = shown::history_page(&page);
        self.held.insert(slot, Held::History(scope, page.next));
        Answer::History(vec![shown])
    }
}

fn opened(options: &Options) -> (Engine, Tenant) {
    let engine = Engine::open(options.clone()).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    (engine, tenant)
}

fn tester() -> Principal {
    Principal::named("oracle")
}

fn expecting(change: Change, expected: Expected) -> Change {
    match expected {
        Expected::Anything => change,
        Expected::Version(version) => change.if_match(VersionId(version)),
        Expected::Nothing => change.if_none_match(),
    }
}

fn kind_of(patch: &Patch) -> fornax::PatchKind {
    match patch.kind {
        PatchKind::Json => fornax::PatchKind::Json,
        PatchKind::FhirPath => fornax::PatchKind::FhirPath,
    }
}

fn path_of(search: &str) -> &str {
    search.split_once('?').map_or(search, |(path, _)| path)
}

fn scope_of(scope: &Scope) -> HistoryScope {
    match scope {
        Scope::Instance(key) => HistoryScope::Instance(key.resource_type.clone(), key.id.clone()),
        Scope::Type(name) => HistoryScope::Type(name.clone()),
        Scope::System => HistoryScope::System,
    }
}

/// As both sides mean it, a change is a time by now.
fn time_of(moment: Moment) -> String {
    match moment {
        Moment::At(at) => instant_text(at),
        moment => panic!("{moment} is no time"),
    }
}

fn request(search: &str, method: Method) -> SearchRequest {
    let (path, parameters) = search.split_once('?').unwrap_or((search, ""));
    let (query, form) = if method == Method::Post { ("", parameters) } else { (parameters, "") };
    let own_bases = vec![OWN_ADDRESS.to_owned()];
    SearchRequest { form: form.into(), own_bases, ..SearchRequest::of(path, query) }
}

fn begin(tenant: &Tenant, request: &SearchRequest) -> Result<SearchPage, Error> {
    tenant.search(request, &tester())
}

fn all_pages(tenant: &Tenant, search: &str, mut page: SearchPage) -> Result<Answer, Error> {
    let mut pages = vec![shown::page(&page)];
    while let Some(token) = page.next {
        page = tenant.search_page(path_of(search), &token, &tester())?;
        pages.push(shown::page(&page));
    }
    Ok(Answer::Pages(pages))
}

fn entry_json(entry: &Entry) -> String {
    let quoted = |text: &str| Json::text_of(text).to_string();
    let mut request = format!(r#""method":"{}","url":{}"#, entry.method.name(), quoted(&entry.url));
    if let Some(criteria) = &entry.if_none_exist {
        request += &format!(r#","ifNoneExist":{}"#, quoted(criteria));
    }
    match entry.expected {
        Expected::Anything => {}
        Expected::Version(version) => request += &format!(r#","ifMatch":"W/\"{version}\"""#),
        Expected::Nothing => request += r#","ifNoneMatch":"*""#,
    }
    let full_url = entry.full_url.iter().map(|url| format!(r#""fullUrl":{},"#, quoted(url)));
    let patch = entry.patch.iter().map(|patch| match patch.kind {
        PatchKind::FhirPath => patch.body.to_string(),
        PatchKind::Json => format!(
            r#"{{"resourceType":"Binary","contentType":"application/json-patch+json","data":"{}"}}"#,
            base64(patch.body.to_string().as_bytes())
        ),
    });
    let resource = entry.resource.iter().map(ToString::to_string).chain(patch);
    let resource = resource.map(|resource| format!(r#""resource":{resource},"#));
    format!("{{{}\"request\":{{{request}}}}}", full_url.chain(resource).collect::<String>())
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for some in bytes.chunks(3) {
        let three = [some[0], some.get(1).copied().unwrap_or(0), some.get(2).copied().unwrap_or(0)];
        let bits = three.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for at in 0..4 {
            let letter = LETTERS[bits >> (18 - 6 * at) & 63];
            text.push(if at > some.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[test]
fn base64_is_as_rfc_4648_has_it() {
    for (plain, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
    {
        assert_eq!(base64(plain.as_bytes()), expected);
    }
}

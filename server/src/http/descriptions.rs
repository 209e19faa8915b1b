//! What the server tells of itself: rendered once for each base, and again when the tenant is searched by something else.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use fornax::capabilities::TypeCapabilities;
use fornax::{ReferentialIntegrity, Tenant, TenantId};
use parking_lot::Mutex;

use super::capability_statement::{self, Portion};
use super::interaction::Call;
use super::openapi;
use super::query_string;
use super::refusal::Refusal;
use super::reply::Reply;
use super::site::Site;
use super::terminology_capabilities;

/// When what is said changed last.
pub(crate) const DATE: &str = "2026-11-26";

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Description {
    Capabilities(Portion),
    TerminologyCapabilities,
    OpenApi,
}

/// What holds for one tenant, as one client sees it.
pub(crate) struct Terms<'a> {
    pub types: &'a [TypeCapabilities],
    pub tenant: &'a TenantId,
    /// The tenant's base.
    pub base: &'a str,
    /// How many resources one conditional delete may delete.
    pub deleted_at_once_max: usize,
    /// Whether a write of what is there must name its version.
    pub requires_if_match: bool,
    /// Whether pages of other origins may ask from a browser.
    pub is_open_to_pages: bool,
    pub integrity: ReferentialIntegrity,
}

/// What was rendered last.
#[derive(Default)]
pub(crate) struct Descriptions {
    kept: Mutex<Vec<Kept>>,
}

/// How many are kept: some 3 MB each at most.
const KEPT_MAX: usize = 8;

#[derive(Clone)]
struct Kept {
    of: Description,
    base: String,
    types: Arc<[TypeCapabilities]>,
    integrity: ReferentialIntegrity,
    body: Arc<[u8]>,
    tag: HeaderValue,
}

impl Description {
    /// What `metadata` is asked for: `mode`.
    ///
    /// # Errors
    /// 400: R4 has no such mode.
    pub(crate) fn asked(query: &str) -> Result<Self, Refusal> {
        match query_string::value(query, "mode").as_deref() {
            None | Some("" | "full") => Ok(Self::Capabilities(Portion::All)),
            Some("normative") => Ok(Self::Capabilities(Portion::Normative)),
            Some("terminology") => Ok(Self::TerminologyCapabilities),
            Some(_) => Err(Refusal::invalid("mode is full, normative or terminology")),
        }
    }

    fn render(self, terms: &Terms<'_>) -> Vec<u8> {
        match self {
            Self::Capabilities(portion) => capability_statement::render(terms, portion),
            Self::TerminologyCapabilities => terminology_capabilities::render(terms),
            Self::OpenApi => openapi::render(terms),
        }
    }
}

impl Descriptions {
    /// A description, or 304 for a client that has it.
    pub(crate) fn reply(
        &self,
        of: Description,
        (site, tenant): (&Site, &Tenant),
        call: &Call,
    ) -> Result<Reply, Refusal> {
        let (types, base) = (tenant.capabilities()?, &call.base_urls.own);
        let integrity = tenant.referential_integrity();
        let kept = self.kept(of, (&types, integrity), base).unwrap_or_else(|| {
            let body = of.render(&Terms {
                types: &types,
                tenant: &call.tenant,
                base,
                deleted_at_once_max: site.limits.deleted_at_once_max,
                requires_if_match: tenant.requires_if_match(),
                is_open_to_pages: !site.page_origins.is_empty(),
                integrity,
            });
            let tag = tag_of(&body);
            self.keep(Kept { of, base: base.clone(), types, integrity, tag, body: body.into() })
        });
        let mut reply = if is_known(&call.headers, &kept.tag) {
            Reply::empty(StatusCode::NOT_MODIFIED)
        } else {
            Reply::json(StatusCode::OK, kept.body.to_vec())
        };
        if of == Description::OpenApi && reply.status == StatusCode::OK {
            reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        reply.headers.insert(ETAG, kept.tag);
        // It may be kept, and is asked for again by its tag.
        reply.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        Ok(reply)
    }

    fn kept(
        &self,
        of: Description,
        (types, integrity): (&Arc<[TypeCapabilities]>, ReferentialIntegrity),
        base: &str,
    ) -> Option<Kept> {
        let kept = self.kept.lock();
        let is_it = |kept: &&Kept| {
            let is_asked = kept.of == of && kept.base == base;
            is_asked && kept.integrity == integrity && Arc::ptr_eq(&kept.types, types)
        };
        kept.iter().find(is_it).cloned()
    }

    /// Keeps it in place of an earlier one of its kind, or of the one that was kept first.
    fn keep(&self, one: Kept) -> Kept {
        let mut kept = self.kept.lock();
        kept.retain(|other| other.of != one.of || other.base != one.base);
        if kept.len() >= KEPT_MAX {
            kept.remove(0);
        }
        kept.push(one.clone());
        one
    }
}

/// A weak tag: the same is told in several forms.
fn tag_of(body: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("W/\"\""))
}

fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let tags = headers.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    let mut tags = tags.flat_map(|text| text.split(',')).map(str::trim);
    tags.any(|one| one == "*" || one.as_bytes() == tag.as_bytes())
}

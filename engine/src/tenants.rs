//! The tenants of a directory: which there are, and which are open.
//!
//! The map is locked for moments only. Opening one tenant may take long: it holds that tenant's own lock, so that others are
//! served meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use crate::core::Core;
use crate::error::Result;
use crate::records::{Catalog, CatalogEntry};
use crate::tenant_id::TenantId;

/// All tenants.
pub(crate) struct Tenants {
    /// Held by whoever makes or drops a tenant, from reading the catalog to replacing it.
    pub administration: Mutex<()>,
    known: RwLock<Known>,
}

struct Known {
    catalog: Catalog,
    places: BTreeMap<TenantId, Arc<Place>>,
}

/// A tenant's place, open or not.
pub(crate) struct Place {
    entry: CatalogEntry,
    state: Mutex<State>,
}

enum State {
    Closed,
    Open(Arc<Core>),
    /// It was dropped, or the engine was closed.
    Retired,
}

impl Tenants {
    pub(crate) fn new(catalog: Catalog) -> Self {
        let mut known = Known { catalog: Catalog::default(), places: BTreeMap::new() };
        known.replace(catalog);
        Self { administration: Mutex::new(()), known: RwLock::new(known) }
    }

    pub(crate) fn catalog(&self) -> Catalog {
        self.known.read().catalog.clone()
    }

    /// Puts another catalog in place. Tenants in both stay as they are.
    pub(crate) fn replace(&self, catalog: Catalog) {
        self.known.write().replace(catalog);
    }

    pub(crate) fn place(&self, id: &TenantId) -> Option<Arc<Place>> {
        self.known.read().places.get(id).cloned()
    }

    /// In order.
    pub(crate) fn names(&self) -> Vec<TenantId> {
        self.known.read().places.keys().cloned().collect()
    }

    /// Those that are open now.
    pub(crate) fn open(&self) -> Vec<Arc<Core>> {
        let known = self.known.read();
        known.places.values().filter_map(|place| place.opened()).collect()
    }

    /// Those that were open; none can be opened any more.
    pub(crate) fn retire_all(&self) -> Vec<Arc<Core>> {
        let places: Vec<Arc<Place>> = self.known.read().places.values().cloned().collect();
        places.iter().filter_map(|place| place.retire()).collect()
    }
}

impl Known {
    fn replace(&mut self, catalog: Catalog) {
        let mut before = std::mem::take(&mut self.places);
        for entry in &catalog.tenants {
            let Ok(id) = entry.name.parse::<TenantId>() else { continue };
            let same = before.remove(&id).filter(|place| place.entry.uuid == entry.uuid);
            let made = || Arc::new(Place { entry: entry.clone(), state: Mutex::new(State::Closed) });
            self.places.insert(id, same.unwrap_or_else(made));
        }
        self.catalog = catalog;
    }
}

impl Place {
    /// The open tenant, opened now if need be; `None`: it was retired.
    pub(crate) fn open_with(
        &self,
        open: impl FnOnce(&CatalogEntry) -> Result<Arc<Core>>,
    ) -> Result<Option<Arc<Core>>> {
        let mut state = self.state.lock();
        match &*state {
            State::Open(core) => Ok(Some(Arc::clone(core))),
            State::Retired => Ok(None),
            State::Closed => {
                let core = open(&self.entry)?;
                *state = State::Open(Arc::clone(&core));
                Ok(Some(core))
            }
        }
    }

    /// The tenant, if it is open; does not wait for one that is being opened.
    pub(crate) fn opened(&self) -> Option<Arc<Core>> {
        match &*self.state.try_lock()? {
            State::Open(core) => Some(Arc::clone(core)),
            State::Closed | State::Retired => None,
        }
    }

    /// It can't be opened from here on. What was open is returned.
    pub(crate) fn retire(&self) -> Option<Arc<Core>> {
        match std::mem::replace(&mut *self.state.lock(), State::Retired) {
            State::Open(core) => Some(core),
            State::Closed | State::Retired => None,
        }
    }
}

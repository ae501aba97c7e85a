//! The database server of the merchant's replicas.

use super::{Place, debian, on_path};
use crate::failure::{Failure, Result};

pub(super) fn find() -> Option<Place> {
    postgres_for_tests::programs().map(|_| Place::Here)
}

pub(super) fn install() -> Result<Place> {
    if on_path("apt-get").is_none() {
        return Err(Failure(
            "PostgreSQL is missing: install it, and set POSTGRES_BIN to the folder of its programs".into(),
        ));
    }
    debian::install("PostgreSQL", &["postgresql"])?;
    find()
        .ok_or_else(|| Failure("PostgreSQL is installed, and yet its programs are not found: set POSTGRES_BIN".into()))
}

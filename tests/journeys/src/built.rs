//! What has to be built before: the shop, the example pages and the package.

use std::env;
use std::path::{Path, PathBuf};

/// The demo shop's pages.
pub(crate) fn shop() -> PathBuf {
    given_or("JOURNEYS_DIST", "dist")
}

/// An example's pages.
pub fn example(name: &str) -> PathBuf {
    examples().join(name).join("dist")
}

/// The packed package.
pub fn tarball() -> PathBuf {
    examples().join("..").join(concat!("paymentsos-checkout-", env!("CARGO_PKG_VERSION"), ".tgz"))
}

/// What looks for what shoppers with impairments would stumble over (axe-core).
pub fn axe() -> PathBuf {
    given_or("JOURNEYS_AXE", "target/axe.min.js")
}

fn examples() -> PathBuf {
    given_or("JOURNEYS_EXAMPLES", "target/examples")
}

fn given_or(variable: &str, folder: &str) -> PathBuf {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    env::var_os(variable).map_or_else(|| root.join(folder), PathBuf::from)
}

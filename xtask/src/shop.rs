//! The demo shop as trunk builds it: `index.html`, `www/` and the wasm, in `dist/`.

use crate::command;
use crate::failure::{Failure, Result};
use crate::tools::{Need, Toolbox};
use std::path::{Path, PathBuf};

pub(crate) const DIST: &str = "dist";

/// Where the component's own files are: what a merchant's page loads.
pub(crate) fn component() -> &'static Path {
    Path::new("dist/paymentsos-checkout")
}

/// What may be missing is asked for first, and what takes longest last.
const NEEDS: &[Need] = &[Need::WasmTarget, Need::NpmTools, Need::WasmBindgen, Need::Trunk];

/// Builds it as it is published.
pub(crate) fn build() -> Result<()> {
    let tools = Toolbox::with(NEEDS)?;
    let mut trunk = tools.command("trunk");
    // Trunk takes NO_COLOR=1 for a wrong value of its own option.
    trunk.args(["build", "--release"]).env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR");
    command::run(&mut trunk)
}

/// Cargo's own folder for what it builds.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let metadata = command::read(command::program("cargo").args(["metadata", "--no-deps", "--format-version=1"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&metadata).map_err(|e| Failure(format!("`cargo metadata` cannot be understood: {e}")))?;
    let folder = metadata["target_directory"].as_str().map(PathBuf::from);
    folder.ok_or_else(|| Failure("`cargo metadata` names no target folder".into()))
}

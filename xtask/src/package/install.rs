//! A project that has installed the package from its tarball, as npm does it; its tools come from the cache.

use crate::command;
use crate::failure::Result;
use crate::files::{copy_all, failed, make_anew};
use crate::tools;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Makes the project anew, of the sources in a folder.
pub(crate) fn into(place: &Path, tarball: &Path, sources: &str) -> Result<()> {
    make_anew(place)?;
    copy_all(Path::new(sources), place)?;
    let path = place.join("package.json");
    fs::write(&path, "{ \"private\": true, \"type\": \"module\" }\n").map_err(|e| failed(&path, &e))?;
    let tarball = fs::canonicalize(tarball).map_err(|e| failed(tarball, &e))?;
    let mut npm = command::program("npm");
    npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--offline", "--silent"])
        .arg(tarball);
    command::run(npm.current_dir(place))?;
    let (modules, own) = (tools::web_modules()?, place.join("node_modules"));
    for entry in fs::read_dir(&modules).map_err(|e| failed(&modules, &e))? {
        let entry = entry.map_err(|e| failed(&modules, &e))?;
        let link = own.join(entry.file_name());
        if !link.exists() {
            symlink(entry.path(), &link).map_err(|e| failed(&link, &e))?;
        }
    }
    Ok(())
}

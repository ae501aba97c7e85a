//! The folder that keeps tools between clones. What lies in it has its version in its name, and is whole.

use crate::failure::{Failure, Result};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The cache, or a folder in it.
pub(super) fn folder(name: &str) -> Result<PathBuf> {
    let given = |variable| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = given("XDG_CACHE_HOME").or_else(|| given("HOME").map(|home| home.join(".cache")));
    let base = base.ok_or_else(|| Failure("there is no place for tools: set HOME or XDG_CACHE_HOME".into()))?;
    Ok(base.join("paymentsos-checkout/tools").join(name))
}

/// A folder that gets its name in the cache once all is in it, and else vanishes: what was broken off is not taken for whole.
pub(super) struct Draft {
    folder: PathBuf,
    place: PathBuf,
}

impl Draft {
    pub(super) fn of(name: &str) -> Result<Draft> {
        let draft = Draft { folder: folder(&format!("{name}.{}", std::process::id()))?, place: folder(name)? };
        fs::create_dir_all(&draft.folder).map_err(|e| unmade(&draft.folder, &e))?;
        Ok(draft)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives it its name.
    pub(super) fn keep(self) -> Result<PathBuf> {
        match fs::rename(&self.folder, &self.place) {
            // Another clone was quicker.
            Err(_) if self.place.is_dir() => {}
            renamed => renamed.map_err(|e| unmade(&self.place, &e))?,
        }
        Ok(self.place.clone())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn unmade(folder: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("{} cannot be made: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::Draft;
    use std::fs;

    #[test]
    fn only_what_is_finished_stays() {
        let base = std::env::temp_dir().join(format!("xtask-cache-{}", std::process::id()));
        let draft = || Draft { folder: base.join("tool.1"), place: base.join("tool") };
        fs::create_dir_all(base.join("tool.1")).unwrap();
        drop(draft());
        assert!(!base.join("tool.1").exists());
        fs::create_dir_all(base.join("tool.1")).unwrap();
        assert_eq!(draft().keep().unwrap(), base.join("tool"));
        assert!(base.join("tool").is_dir() && !base.join("tool.1").exists());
        fs::remove_dir_all(base).unwrap();
    }
}

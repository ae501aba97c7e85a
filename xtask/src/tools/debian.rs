//! Debian's packages, which only root can install.

use super::{announce, instead};
use crate::command;
use crate::failure::{Failure, Result};
use nix::unistd::Uid;

/// Installs packages, or says how to.
pub(super) fn install(what: &str, packages: &[&str]) -> Result<()> {
    let by_hand = format!("sudo apt-get install {}", packages.join(" "));
    if !Uid::effective().is_root() {
        return Err(Failure(format!("{what}: not on this machine: run `{by_hand}`")));
    }
    announce(what, "from Debian's packages, this may take some minutes");
    let mut update = command::program("apt-get");
    let mut install = command::program("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages);
    command::run(update.args(["update", "-qq"]))
        .and_then(|()| command::run(install.env("DEBIAN_FRONTEND", "noninteractive")))
        .map_err(|e| instead(e, &format!("try `{by_hand}`")))
}

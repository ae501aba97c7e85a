//! Whether the package is one that any project can use: as npm's own tools, TypeScript and Node see it.

use super::{folder, install, of_what_is_built};
use crate::command;
use crate::failure::{Failure, Result};
use crate::minify;
use crate::shop;
use crate::tools::{Need, Toolbox};
use std::fs;
use std::path::Path;

/// Where a project stands that has installed the package.
const PLACE: &str = "target/package-project";
const TYPES: &str = "tests/types";

/// What must load where there is no browser, as on a server that renders pages.
const IMPORTS: &str = "for (const name of ['paymentsos-checkout', 'paymentsos-checkout/class']) {
    const { PaymentsosCheckout } = await import(name);
    if (typeof PaymentsosCheckout !== 'function') throw new Error(`${name} has no class`);
}";

/// Packs what is in `dist/` and looks at it.
pub(crate) fn check() -> Result<()> {
    let tarball = of_what_is_built()?;
    let tools = Toolbox::with(&[Need::NpmTools, Need::WebTools])?;
    let run = |program: &str, arguments: &[&str], at: &Path| {
        let mut command = tools.command(program);
        command.args(arguments).current_dir(at);
        command::run(&mut command)
    };
    run("publint", &["--strict"], folder())?;
    // It is for browsers, so what Node's `require` would find does not matter.
    run("attw", &["--pack", ".", "--profile", "esm-only", "--quiet"], folder())?;
    let place = Path::new(PLACE);
    install::into(place, &tarball, TYPES)?;
    run("tsc", &["--project", "tsconfig.json"], place)?;
    run("tsc", &["--project", "tsconfig.own.json"], place)?;
    run("node", &["--input-type=module", "--eval", IMPORTS], place)?;
    is_read_by_old_browsers(&tools)
}

/// esbuild finds nothing left that browsers of 2018 do not read.
fn is_read_by_old_browsers(tools: &Toolbox) -> Result<()> {
    for name in minify::FOR_OLD_BROWSERS {
        let file = shop::component().join(name);
        let as_it_is = fs::read_to_string(&file).map_err(|e| Failure(format!("{}: {e}", file.display())))?;
        let again = command::read(&mut minify::for_old_browsers(tools, &file))?;
        if again.trim() != as_it_is.trim() {
            return Err(Failure(format!("{} has what a browser of 2018 cannot read", file.display())));
        }
    }
    Ok(())
}

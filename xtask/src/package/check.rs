//! Whether the package is one that any project can use: as npm's own tools, TypeScript and Node see it.

use super::{folder, install, of_what_is_built};
use crate::command;
use crate::failure::{Failure, Result};
use crate::minify;
use crate::shop;
use crate::tools::{Need, Toolbox};
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

/// Written for browsers of 2018, a script is what it is for those of today: nothing is left in it that they cannot read.
fn is_read_by_old_browsers(tools: &Toolbox) -> Result<()> {
    for name in minify::FOR_OLD_BROWSERS {
        let file = shop::component().join(name);
        let written = |target: &[&str]| {
            let mut esbuild = tools.command("esbuild");
            command::read(esbuild.arg(&file).arg("--format=esm").args(target))
        };
        if written(&minify::OLD_BROWSERS)? != written(&["--target=esnext"])? {
            return Err(Failure(format!("{} has what a browser of 2018 cannot read", file.display())));
        }
    }
    Ok(())
}

//! The example pages of `www/examples/`, each built as a shop would: with the packed package, and the tools that its `package.json` names.

use crate::command;
use crate::failure::{Failure, Result};
use crate::files::{copy, copy_all, failed};
use crate::package;
use crate::shop;
use crate::tools::{Need, Toolbox};
use std::fs;
use std::path::{Path, PathBuf};

const SOURCES: &str = "www/examples";
/// A project for each below here; the modules of all of them are beside.
const PLACE: &str = "target/examples";
/// What is built, below a project.
const BUILT: &str = "dist";

/// How an example becomes pages.
#[derive(Clone, Copy)]
enum By {
    /// As it is, with the package's folder beside it.
    Copying,
    Vite,
    /// TypeScript's compiler looks at it first.
    TypedVite,
    Webpack,
    /// A Yew app, of the crate itself.
    Trunk,
}

const EXAMPLES: [(&str, By); 8] = [
    ("html", By::Copying),
    ("vite", By::TypedVite),
    ("webpack", By::Webpack),
    ("react", By::TypedVite),
    ("vue", By::Vite),
    ("svelte", By::Vite),
    ("hash", By::Vite),
    ("yew", By::Trunk),
];

/// Builds the shop, packs the package, and builds the pages with it.
pub(crate) fn run() -> Result<()> {
    shop::build()?;
    with_what_is_built()
}

/// The same with the shop that is in `dist/`.
pub(crate) fn with_what_is_built() -> Result<()> {
    let tarball = package::of_what_is_built()?;
    let tools = Toolbox::with(&[Need::WebTools, Need::WasmTarget, Need::WasmBindgen, Need::Trunk])?;
    let place = Path::new(PLACE);
    package::install::into(place, &tarball, SOURCES)?;
    for (name, by) in EXAMPLES {
        let project = place.join(name);
        println!("example {name}");
        match by {
            By::Copying => copy_example(&project)?,
            By::Vite => vite(&tools, &project)?,
            By::TypedVite => {
                run_in(&tools, &project, "tsc", &[])?;
                vite(&tools, &project)?;
            }
            By::Webpack => {
                run_in(&tools, &project, "webpack", &[])?;
                copy(&project.join("index.html"), &project.join(BUILT).join("index.html"))?;
            }
            By::Trunk => trunk(&tools, &project)?,
        }
    }
    Ok(())
}

fn vite(tools: &Toolbox, project: &Path) -> Result<()> {
    run_in(tools, project, "vite", &["build", "--logLevel", "warn"])
}

/// With the workspace's own folder for what is compiled, as much of it is the same.
fn trunk(tools: &Toolbox, project: &Path) -> Result<()> {
    let mut trunk = tools.command("trunk");
    trunk.arg("build").env("TRUNK_SKIP_VERSION_CHECK", "true").env("CARGO_TARGET_DIR", shop::target_folder()?);
    command::run(trunk.env_remove("NO_COLOR").current_dir(project))
}

fn run_in(tools: &Toolbox, project: &Path, program: &str, arguments: &[&str]) -> Result<()> {
    let mut command = tools.command(program);
    command.args(arguments).current_dir(project);
    // What it says is of interest only if it fails, and then the failure has it.
    command::read(&mut command).map(drop)
}

/// The package's folder under its version, as on a CDN, and the lines that hold a page to its files.
fn copy_example(project: &Path) -> Result<()> {
    const HERE: &str = "    <!-- here: the lines of the package's integrity.html -->\n";
    let built = project.join(BUILT);
    let package = package::folder();
    copy_all(package, &built.join(concat!("paymentsos-checkout-", env!("CARGO_PKG_VERSION"))))?;
    for file in ["page.js", "../shared/shop.js", "../shared/page.css"].map(|name| project.join(name)) {
        copy(&file, &built.join(file.file_name().unwrap_or_default()))?;
    }
    let read = |path: PathBuf| fs::read_to_string(&path).map_err(|e| failed(&path, &e));
    let page = read(project.join("index.html"))?;
    let lines = read(package.join("integrity.html"))?;
    if !page.contains(HERE) {
        return Err(Failure(format!("{} has no place for the package's lines", project.join("index.html").display())));
    }
    let path = built.join("index.html");
    fs::write(&path, page.replace(HERE, &lines)).map_err(|e| failed(&path, &e))
}

//! The documents' story for newcomers, done as it is written.

use journeys::{Outcome, World};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const STORY: &str = include_str!("../../../docs/start-with-vite.md");

/// The code blocks of a document: their sorts, and what is in them.
fn blocks(document: &str) -> Vec<(&str, &str)> {
    let fenced = document.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).collect()
}

/// The package as it was packed, newest first if there are several.
fn tarball() -> PathBuf {
    let target = std::env::var_os("JOURNEYS_EXAMPLES").map(PathBuf::from);
    let target = target.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/examples")));
    let name = concat!("paymentsos-checkout-", env!("CARGO_PKG_VERSION"), ".tgz");
    fs::canonicalize(target.join("..").join(name)).expect("the package is packed")
}

/// A folder of its own. Dropped, it is taken away.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run(commands: &str, at: &Path) {
    // Whoever types it says yes to npm.
    let mut shell = Command::new("sh");
    let done = shell.args(["-e", "-c", commands]).current_dir(at).env("npm_config_yes", "true").output();
    let done = done.expect("there is a shell");
    let said = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(done.status.success(), "{commands}: {said}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the packed package, npm and a browser: cargo xtask test"]
async fn an_empty_vite_project_pays_after_ten_lines() {
    let [(_, make), (_, main), (_, build), (_, serve)] = blocks(STORY).try_into().expect("four blocks");
    assert_eq!(main.lines().count(), 10);
    assert!(serve.contains("--pages ../my-shop/dist"));
    let folder = Folder(std::env::temp_dir().join(format!("journeys-vite-{}", std::process::id())));
    fs::create_dir_all(&folder.0).expect("there is room");
    let package = tarball();
    let install = format!("npm install {}", package.display());
    run(&make.replace("npm install paymentsos-checkout", &install), &folder.0);
    let project = folder.0.join("my-shop");
    fs::write(project.join("src/main.js"), main).expect("the project has a main.js");
    run(build, &project);

    let world = World::serving(&project.join("dist")).await;
    let browser = world.browser().await;
    browser.goes_to(&world.shop()).await;
    browser.sees("ready").await;
    browser.pays().await;
    browser.decides(Outcome::Succeed).await;
    world.agrees(&browser, "succeeded", &["Succeed"]).await;
    browser.reads("Payment complete").await;
    assert_eq!(world.creates().await, 1);
}

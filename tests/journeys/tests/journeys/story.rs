//! The documents' story for newcomers, done as it is written.

use journeys::{Outcome, World, built, wait_for};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const STORY: &str = include_str!("../../../../docs/start-with-vite.md");

/// The code blocks of a document: their sorts, and what is in them.
fn blocks(document: &str) -> Vec<(&str, &str)> {
    let fenced = document.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).collect()
}

/// What is done, the page's script, how it is built, and how it is served.
fn story() -> [(&'static str, &'static str); 4] {
    blocks(STORY).try_into().expect("four blocks")
}

/// A folder of its own. Dropped, it is taken away.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("journeys-vite-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("there is room");
        Folder(folder)
    }

    /// The newcomer's project, with the packed package and the page's script.
    fn project(&self) -> PathBuf {
        let [(_, make), (_, main), ..] = story();
        let tarball = fs::canonicalize(built::tarball()).expect("the package is packed");
        let install = format!("npm install {}", tarball.display());
        run(&make.replace("npm install paymentsos-checkout", &install), &self.0);
        let project = self.0.join("my-shop");
        fs::write(project.join("src/main.js"), main).expect("the project has a main.js");
        project
    }
}

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
    let [_, (_, main), (_, build), (_, serve)] = story();
    assert_eq!(main.lines().count(), 10);
    assert!(serve.contains("--pages ../my-shop/dist"));
    let folder = Folder::new("built");
    let project = folder.project();
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

/// Vite's server for whoever writes the page. Dropped, it ends.
struct DevServer {
    process: Child,
    address: String,
}

impl DevServer {
    fn of(project: &Path) -> DevServer {
        let vite = project.join("node_modules/.bin/vite");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let port = free.port().to_string();
        let mut command = Command::new(vite);
        command
            .args(["--host", "127.0.0.1", "--strictPort", "--port", &port])
            .current_dir(project)
            .stdout(Stdio::null());
        let process = command.stderr(Stdio::null()).spawn().expect("vite is installed");
        DevServer { process, address: format!("http://127.0.0.1:{port}/") }
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the packed package, npm and a browser: cargo xtask test"]
async fn in_vites_dev_server_the_module_is_found_without_any_configuration() {
    let folder = Folder::new("served");
    let server = DevServer::of(&folder.project());
    let world = World::start().await;
    let browser = world.browser().await;
    wait_for("Vite's server", async || browser.driver.goto(&server.address).await.map_err(|error| error.to_string()))
        .await;
    // There is no backend: how far the element gets without one shows that it has its module.
    let put = "customElements.whenDefined('paymentsos-checkout').then(() => {
                 document.body.innerHTML = '<paymentsos-checkout backend=\"/api\" payment-id=\"p\" amount=\"1\" currency=\"USD\"></paymentsos-checkout>';
               });";
    wait_for("an element with its module", async || {
        if browser.state().await.is_empty() {
            // Vite may load the page once more, when it has found what the page imports.
            browser.driver.execute(put, vec![]).await.map_err(|error| error.to_string())?;
        }
        match browser.text().await {
            text if text.contains("Your payment") || text.contains("You cannot pay here right now") => Ok(()),
            text => Err(text),
        }
    })
    .await;
    assert_ne!(browser.detail().await["error"]["code"], "cannot_start");
}

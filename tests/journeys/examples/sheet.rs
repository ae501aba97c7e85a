//! All pictures of a folder on one sheet: `sheet.html`, and `sheet.png` as a browser shows it. `cargo xtask screenshots` runs this.

use journeys::{Mode, World};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const STYLE: &str = "body { margin: 1rem; font: 14px system-ui, sans-serif; background: #8a8f98; } \
    tr { vertical-align: top; } th { text-align: start; padding: .5rem; } td { padding: .25rem; } img { display: block; }";

#[tokio::main]
async fn main() {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).expect("the folder with the pictures");
    let sheet = folder.join("sheet.html");
    std::fs::write(&sheet, page(&folder)).expect("the sheet is written");
    let world = World::start().await;
    let browser = world.browser().await;
    let address =
        url::Url::from_file_path(std::fs::canonicalize(&sheet).expect("the sheet is there")).expect("an address");
    browser.is_wide(2_400).await;
    browser.goes_to(address.as_str()).await;
    browser.pictures_all(&folder.join("sheet.png")).await;
    println!("{}", folder.join("sheet.png").display());
}

/// A row for each scene, a column for each width and mode. A picture is called `scene-width-mode.png`.
fn page(folder: &Path) -> String {
    let mut scenes: BTreeMap<String, BTreeMap<(u32, usize), String>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let name = entry.expect("a file").file_name().into_string().expect("a name");
        let Some((scene, width, mode)) = parts(&name) else { continue };
        scenes.entry(scene).or_default().insert((width, mode), name);
    }
    let rows: String = scenes.iter().map(|(scene, pictures)| row(scene, pictures)).collect();
    format!(
        "<!doctype html><meta charset=\"utf-8\"><title>Screenshots</title><style>{STYLE}</style><table>{rows}</table>\n"
    )
}

fn row(scene: &str, pictures: &BTreeMap<(u32, usize), String>) -> String {
    let cells: String = pictures
        .iter()
        .map(|((width, _), name)| {
            let shown = 110 + width / 6;
            format!("<td><a href=\"{name}\"><img src=\"{name}\" width=\"{shown}\" alt=\"{name}\"></a></td>")
        })
        .collect();
    format!("<tr><th>{scene}</th>{cells}</tr>")
}

fn parts(name: &str) -> Option<(String, u32, usize)> {
    let mut parts = name.strip_suffix(".png")?.rsplitn(3, '-');
    let (mode, width, scene) = (parts.next()?, parts.next()?, parts.next()?);
    let mode = Mode::ALL.iter().position(|known| known.name() == mode)?;
    Some((scene.to_owned(), width.parse().ok()?, mode))
}

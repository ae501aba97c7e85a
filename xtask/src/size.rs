//! What the English page needs until Pay can be pressed, in bytes, against the budget in `sizes.json`.

mod crates;

use crate::failure::{Failure, Result};
use crate::files::failed;
use crate::shop;
use crate::smallest;
use crates::Crates;
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Measure dist/ as it is
    #[arg(long)]
    pub(crate) no_build: bool,
    /// Measure the npm package's module too, which a nightly compiler builds
    #[arg(long)]
    pub(crate) nightly: bool,
    /// Write into sizes.json how much each crate is now
    #[arg(long)]
    pub(crate) write: bool,
}

const SIZES: &str = "sizes.json";

/// What `sizes.json` holds.
#[derive(serde::Serialize, serde::Deserialize)]
struct Sizes {
    budget_brotli: usize,
    /// As it was when somebody last looked.
    #[serde(default)]
    crates: Crates,
}

const FILES: [(&str, &str); 3] =
    [("wasm", "paymentsos-checkout_bg.wasm"), ("glue", "paymentsos-checkout.js"), ("element", "element.js")];
/// What comes while the shopper looks at the first screen.
const REST: (&str, &str) = ("the rest", "paymentsos-checkout_rest.wasm");

#[derive(Clone, Copy, Default)]
struct Size {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut sizes = parse(&fs::read_to_string(SIZES).map_err(|e| Failure(format!("{SIZES}: {e}")))?)?;
    if !options.no_build {
        shop::build()?;
    }
    let sum = table(None)?;
    if options.nightly {
        println!("\nas the npm package has it:");
        table(Some(&smallest::build()?))?;
    }
    let built = shop::target_folder()?.join("wasm32-unknown-unknown/wasm/paymentsos-checkout.wasm");
    let now = crates::of(&fs::read(&built).map_err(|e| failed(&built, &e))?)?;
    let differences = crates::differences(&sizes.crates, &now);
    if !differences.is_empty() {
        println!("\nbytes of code that are more or less than in {SIZES}, by crate, before anything is left out:");
        println!("{}", differences.join(", "));
    }
    if options.write {
        sizes.crates = now;
        let text = serde_json::to_string_pretty(&sizes).map_err(|e| Failure(format!("{SIZES}: {e}")))?;
        fs::write(SIZES, text + "\n").map_err(|e| Failure(format!("{SIZES}: {e}")))?;
    }
    let budget = sizes.budget_brotli;
    if sum.brotli > budget {
        let over = sum.brotli - budget;
        return Err(Failure(format!(
            "{} bytes brotli are {over} above the budget of {budget} in {SIZES}: make it smaller (the budget only falls)",
            sum.brotli
        )));
    }
    println!("{} bytes brotli, {} below the budget of {budget}", sum.brotli, budget - sum.brotli);
    Ok(())
}

/// Prints what each file takes, those from that folder that are there and else those of the shop, and gives the sum.
fn table(instead: Option<&Path>) -> Result<Size> {
    let mut sum = Size::default();
    println!("{:<10}{:>10}{:>10}{:>10}", "", "raw", "gzip", "brotli");
    for (label, name) in FILES {
        let size = of_file(name, instead)?;
        line(label, size);
        sum = Size { raw: sum.raw + size.raw, gzip: sum.gzip + size.gzip, brotli: sum.brotli + size.brotli };
    }
    line("sum", sum);
    line(REST.0, of_file(REST.1, instead)?);
    Ok(sum)
}

fn of_file(name: &str, instead: Option<&Path>) -> Result<Size> {
    let other = instead.map(|folder| folder.join(name)).filter(|path| path.is_file());
    let path = other.unwrap_or_else(|| shop::component().join(name));
    let bytes = fs::read(&path)
        .map_err(|e| Failure(format!("{} cannot be measured ({e}): run `cargo xtask build`", path.display())))?;
    measure(&bytes).map_err(|e| Failure(format!("{} cannot be compressed: {e}", path.display())))
}

fn parse(text: &str) -> Result<Sizes> {
    serde_json::from_str(text).map_err(|e| Failure(format!("{SIZES}: {e}")))
}

fn line(label: &str, size: Size) {
    println!("{label:<10}{:>10}{:>10}{:>10}", size.raw, size.gzip, size.brotli);
}

fn measure(bytes: &[u8]) -> io::Result<Size> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    let mut brotli = Vec::new();
    let strongest = brotli::enc::BrotliEncoderParams { quality: 11, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut brotli, &strongest)?;
    Ok(Size { raw: bytes.len(), gzip: gzip.finish()?.len(), brotli: brotli.len() })
}

#[cfg(test)]
mod tests {
    use super::{measure, parse};

    #[test]
    fn reads_the_budget() {
        let sizes = parse(r#"{ "budget_brotli": 90000, "crates": { "core": 312 } }"#).unwrap();
        assert_eq!((sizes.budget_brotli, sizes.crates["core"]), (90_000, 312));
        for wrong in ["{}", r#"{ "budget_brotli": "much" }"#, r#"{ "budget_brotli": -1 }"#, "90000,"] {
            assert!(parse(wrong).err().unwrap().to_string().starts_with("sizes.json"), "{wrong}");
        }
    }

    #[test]
    fn compresses() {
        let size = measure(&[7; 10_000]).unwrap();
        assert_eq!(size.raw, 10_000);
        assert!(size.brotli < size.gzip && size.gzip < 100, "{} {}", size.brotli, size.gzip);
    }
}

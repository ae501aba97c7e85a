//! What the English page needs until Pay can be pressed, in bytes, against the budget in `sizes.json`.

use crate::failure::{Failure, Result};
use crate::shop;
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::{self, Write};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Measure dist/ as it is
    #[arg(long)]
    pub(crate) no_build: bool,
}

const FILES: [(&str, &str); 4] = [
    ("wasm", "paymentsos-checkout_bg.wasm"),
    ("glue", "paymentsos-checkout.js"),
    ("element", "element.js"),
    ("css", "styles.js"),
];

#[derive(Clone, Copy, Default)]
struct Size {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let budget = budget(&fs::read_to_string("sizes.json").map_err(|e| Failure(format!("sizes.json: {e}")))?)?;
    if !options.no_build {
        shop::build()?;
    }
    let mut sum = Size::default();
    println!("{:<10}{:>10}{:>10}{:>10}", "", "raw", "gzip", "brotli");
    for (label, name) in FILES {
        let path = shop::component().join(name);
        let bytes = fs::read(&path)
            .map_err(|e| Failure(format!("{} cannot be measured ({e}): run `cargo xtask build`", path.display())))?;
        let size = measure(&bytes).map_err(|e| Failure(format!("{} cannot be compressed: {e}", path.display())))?;
        line(label, size);
        sum = Size { raw: sum.raw + size.raw, gzip: sum.gzip + size.gzip, brotli: sum.brotli + size.brotli };
    }
    line("sum", sum);
    if sum.brotli > budget {
        let over = sum.brotli - budget;
        return Err(Failure(format!(
            "{} bytes brotli are {over} above the budget of {budget} in sizes.json: make it smaller (the budget only falls)",
            sum.brotli
        )));
    }
    println!("{} bytes brotli, {} below the budget of {budget}", sum.brotli, budget - sum.brotli);
    Ok(())
}

fn budget(text: &str) -> Result<usize> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|e| Failure(format!("sizes.json: {e}")))?;
    let bytes = json["budget_brotli"].as_u64().and_then(|bytes| usize::try_from(bytes).ok());
    bytes.ok_or_else(|| Failure("sizes.json: budget_brotli must be a number of bytes".into()))
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
    use super::{budget, measure};

    #[test]
    fn reads_the_budget() {
        assert_eq!(budget(r#"{ "budget_brotli": 90000 }"#).unwrap(), 90_000);
        for wrong in ["{}", r#"{ "budget_brotli": "much" }"#, r#"{ "budget_brotli": -1 }"#, "90000,"] {
            assert!(budget(wrong).unwrap_err().to_string().starts_with("sizes.json"), "{wrong}");
        }
    }

    #[test]
    fn compresses() {
        let size = measure(&[7; 10_000]).unwrap();
        assert_eq!(size.raw, 10_000);
        assert!(size.brotli < size.gzip && size.gzip < 100, "{} {}", size.brotli, size.gzip);
    }
}

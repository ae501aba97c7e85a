//! How a page looks, and to whom: widths, colours, directions, and what is in the way of shoppers with impairments.

use crate::browser::Browser;
use crate::built;
use crate::engine::Engine;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;

/// How a page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Dark ink on light paper.
    Light,
    /// The other way round.
    Dark,
    /// In Arabic, which runs from right to left.
    RightToLeft,
}

impl Mode {
    /// All of them.
    pub const ALL: [Mode; 3] = [Mode::Light, Mode::Dark, Mode::RightToLeft];

    /// Its name in pictures' names.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Light => "light",
            Mode::Dark => "dark",
            Mode::RightToLeft => "rtl",
        }
    }
}

impl Browser {
    /// The modes that it can be looked at in: only Chromium can be told to be dark.
    pub fn modes(&self) -> Vec<Mode> {
        let is_light = |mode: &Mode| *mode != Mode::Dark;
        Mode::ALL.into_iter().filter(|mode| self.engine() == Engine::Chromium || is_light(mode)).collect()
    }

    /// Looks at the page in that mode, and waits until it is so.
    pub async fn looks_in(&self, mode: Mode) {
        if self.engine() == Engine::Chromium {
            self.is_dark_or_light(mode).await;
        }
        let language = if mode == Mode::RightToLeft { "ar" } else { "en" };
        self.speaks(language).await;
    }

    async fn is_dark_or_light(&self, mode: Mode) {
        let scheme = if mode == Mode::Dark { "dark" } else { "light" };
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            // What moves is never twice the same.
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.tells("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Sets the checkout's language, and waits until it speaks it.
    pub async fn speaks(&self, language: &str) {
        let set = "const checkout = document.querySelector('paymentsos-checkout');
                   if (checkout && checkout.getAttribute('locale') !== arguments[0]) checkout.setAttribute('locale', arguments[0]);";
        self.driver.execute(set, vec![json!(language)]).await.expect("there is a page");
        crate::wait_for(&format!("the language {language}"), async || {
            let said =
                "const section = document.querySelector('paymentsos-checkout')?.shadowRoot?.querySelector('section');
                        return section ? section.lang || 'en' : arguments[0];";
            let said = self.driver.execute(said, vec![json!(language)]).await.map_err(|error| error.to_string())?;
            match said.json().as_str().unwrap_or_default() {
                said if said == language => Ok(()),
                said => Err(said.to_owned()),
            }
        })
        .await;
    }

    /// Makes the window so wide, in CSS pixels, as a phone or a desktop has it.
    pub async fn is_wide(&self, width: u32) {
        let height = if width < 500 { 640 } else { 900 };
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        // As a phone's, they take no room.
        self.tells("Emulation.setScrollbarsHidden", json!({"hidden": true})).await;
        self.tells("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Takes a picture of the whole page.
    pub async fn pictures_all(&self, path: &Path) {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("pictures can be kept");
        let reply =
            self.tells("Page.captureScreenshot", json!({"captureBeyondViewport": true, "fromSurface": true})).await;
        let png = reply["data"].as_str().expect("a picture");
        let png = STANDARD.decode(png).expect("base64");
        std::fs::write(path, png).expect("a picture is kept");
    }

    /// What axe finds that WCAG 2.2 AA forbids: rule, element, and why.
    pub async fn stumbles(&self) -> Vec<String> {
        let axe = std::fs::read_to_string(built::axe()).expect("axe is there: cargo xtask test");
        self.driver.execute(format!("{axe}; return '';"), vec![]).await.expect("axe is loaded");
        let tags = json!(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
        let run = "const done = arguments[arguments.length - 1];
                   axe.run(document, { runOnly: arguments[0] }).then((found) => done(found.violations), (error) => done([{ id: `${error}`, nodes: [] }]));";
        let found = self.driver.execute_async(run, vec![tags]).await.expect("axe runs");
        let lines = |violation: &Value| -> Vec<String> {
            let nodes = violation["nodes"].as_array().cloned().unwrap_or_default();
            let line = |node: &Value| format!("{}: {} {}", violation["id"], node["target"], node["failureSummary"]);
            if nodes.is_empty() { vec![violation["id"].to_string()] } else { nodes.iter().map(line).collect() }
        };
        found.json().as_array().into_iter().flatten().flat_map(lines).collect()
    }

    /// Says everything in English that is half as long again and full of accents, so that what has no room for other languages shows.
    pub async fn speaks_at_length(&self) {
        let english: Value = serde_json::from_str(include_str!("../../../www/locales/en.json")).expect("JSON");
        let texts = english["texts"].as_object().into_iter().flatten();
        let long: serde_json::Map<String, Value> =
            texts.map(|(key, text)| (key.clone(), pseudo(text.as_str().unwrap_or_default()).into())).collect();
        let set = "const checkout = document.querySelector('paymentsos-checkout'); if (checkout) checkout.messages = arguments[0];";
        self.driver.execute(set, vec![long.into()]).await.expect("there is a page");
        crate::wait_for("a language that is none", async || match self.text().await {
            text if text.is_empty() || text.contains('⟦') => Ok(()),
            text => Err(text),
        })
        .await;
    }

    /// The parts of the checkout that reach beyond it to the side.
    pub async fn sticks_out(&self) -> String {
        self.value(
            "const checkout = document.querySelector('paymentsos-checkout');
             if (!checkout) return '';
             const room = checkout.getBoundingClientRect();
             const reaches = (one) => { const box = one.getBoundingClientRect(); return box.width && (box.right > room.right + 1 || box.left < room.left - 1); };
             return [...checkout.shadowRoot.querySelectorAll('section *')].filter((one) => reaches(one) && !one.closest('[part~=unseen]'))
                 .map((one) => one.getAttribute('part') ?? one.localName).join(' ');",
        )
        .await
    }

    /// From now on, pages measure how far what stands in them jumps (Cumulative Layout Shift), presses or no presses.
    pub async fn measures_shifts(&self) {
        self.begins_with(
            "window.shifts = []; new PerformanceObserver((list) => {
                for (const shift of list.getEntries()) {
                    const box = (rect) => [rect.x, rect.y, rect.width, rect.height].map(Math.round).join(' ');
                    const sources = shift.sources.map(({ node, previousRect, currentRect }) => (
                        `${node?.outerHTML?.slice(0, 60) ?? node?.textContent} ${box(previousRect)} -> ${box(currentRect)}`));
                    window.shifts.push({ value: shift.value, pressed: shift.hadRecentInput, sources });
                }
            }).observe({ type: 'layout-shift', buffered: true });",
        )
        .await;
    }

    /// Waits until the page's own clock has gone on so many milliseconds.
    pub async fn passes(&self, milliseconds: u64) {
        let script = "setTimeout(arguments[1], arguments[0]);";
        self.driver.execute_async(script, vec![json!(milliseconds)]).await.expect("time passes");
    }

    /// What has jumped on this page, as far as nobody pressed anything just before.
    pub async fn shifts(&self) -> Value {
        let shifts = "return window.shifts.filter((shift) => !shift.pressed);";
        self.driver.execute(shifts, vec![]).await.expect("it is measured").json().clone()
    }
}

/// `Pay {amount}` as `⟦Páý~~ {amount}⟧`: longer by half, with its placeholders as they are.
fn pseudo(text: &str) -> String {
    let accented = |letter: char| match letter {
        'a' => 'á',
        'e' => 'ë',
        'i' => 'î',
        'o' => 'ø',
        'u' => 'ü',
        'y' => 'ý',
        other => other,
    };
    let words: Vec<String> = text
        .split(' ')
        .map(|word| match word.contains('{') {
            true => word.to_owned(),
            false => {
                word.chars().map(accented).chain(std::iter::repeat_n('~', word.chars().count().div_ceil(2))).collect()
            }
        })
        .collect();
    format!("⟦{}⟧", words.join(" "))
}

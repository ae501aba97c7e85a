//! What became of the journeys in each engine, read from what they print: a row for each journey, and a line for the random walks.

use super::Engine;
use clap::ValueEnum;
use std::fmt;

#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<(String, [Option<&'static str>; 3])>,
    /// What an engine cannot do, as it was said.
    cannot: Vec<String>,
    walks: [Walks; 3],
}

/// The random walks in one engine.
#[derive(Clone, Copy, Default)]
struct Walks {
    count: u64,
    wrong: u64,
    first: u64,
    last: u64,
}

impl Table {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Takes a line of the output.
    pub(crate) fn line(&mut self, line: &str) {
        if let Some((journey, engine, outcome)) = journey(line) {
            let at = self.rows.iter().position(|(name, _)| *name == journey).unwrap_or_else(|| {
                self.rows.push((journey, [None; 3]));
                self.rows.len() - 1
            });
            self.rows[at].1[engine as usize] = Some(outcome);
        } else if let Some((engine, seed, is_wrong)) = walk(line) {
            let walks = &mut self.walks[engine as usize];
            walks.first = if walks.count == 0 { seed } else { walks.first };
            (walks.count, walks.last, walks.wrong) = (walks.count + 1, seed, walks.wrong + u64::from(is_wrong));
        } else if let Some((engine, _)) = line.split_once(" cannot: ")
            && named(engine).is_some()
        {
            self.cannot.push(line.to_owned());
        }
    }

    /// Whether an engine has said that it cannot do it; it may have done a part all the same.
    fn is_left_out(&self, journey: &str, engine: &str) -> bool {
        let name = journey.rsplit("::").next().unwrap_or_default();
        self.cannot.iter().any(|said| said.starts_with(&format!("{engine} cannot: {name}: ")))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        write!(f, "{:<width$}", "")?;
        for engine in Engine::value_variants() {
            write!(f, "  {:>9}", engine.name())?;
        }
        writeln!(f)?;
        for (name, cells) in &self.rows {
            write!(f, "{name:<width$}")?;
            for (engine, cell) in Engine::value_variants().iter().zip(cells) {
                let is_less = *cell == Some("ok") && self.is_left_out(name, engine.name());
                write!(f, "  {:>9}", if is_less { "cannot" } else { cell.unwrap_or("not made") })?;
            }
            writeln!(f)?;
        }
        for said in &self.cannot {
            writeln!(f, "{said}")?;
        }
        for (engine, walks) in Engine::value_variants().iter().zip(self.walks) {
            let Walks { count, wrong, first, last } = walks;
            if count > 0 {
                writeln!(f, "{}: {count} random walks, seeds {first} to {last}, {wrong} wrong", engine.name())?;
            }
        }
        Ok(())
    }
}

fn named(name: &str) -> Option<Engine> {
    Engine::value_variants().iter().copied().find(|engine| engine.name() == name)
}

/// The journey, the engine and the outcome of `test engines::basics::a_card_is_accepted::firefox ... ok`.
fn journey(line: &str) -> Option<(String, Engine, &'static str)> {
    let (name, outcome) = line.strip_prefix("test engines::")?.rsplit_once(" ... ")?;
    let (journey, engine) = name.rsplit_once("::")?;
    let outcome = if outcome == "ok" { "ok" } else { "FAILED" };
    Some((journey.to_owned(), named(engine)?, outcome))
}

/// The engine and the seed of `firefox walk 17 ends succeeded`, and whether it ended otherwise.
fn walk(line: &str) -> Option<(Engine, u64, bool)> {
    let (engine, rest) = line.split_once(" walk ")?;
    let (seed, end) = rest.split_once(' ')?;
    // The name of the test may stand before it.
    Some((named(engine.rsplit(' ').next()?)?, seed.parse().ok()?, !end.starts_with("ends ")))
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn prints_what_became_of_each_journey_in_each_engine() {
        let mut table = Table::default();
        for line in [
            "test engines::basics::pays::chromium ... ok",
            "test engines::basics::pays::webkit ... FAILED",
            "firefox walk 17 ends succeeded",
            "firefox walk 18 is wrong: the page says paid",
            "webkit cannot: flies: it has no wings",
            "test engines::hard::flies::webkit ... ok",
            "test paying::charge::a_card_is_accepted ... ok",
            "somebody cannot: sing: it is late",
        ] {
            table.line(line);
        }
        let printed = table.to_string();
        let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "               chromium    firefox     webkit",
                "basics::pays         ok   not made     FAILED",
                "hard::flies    not made   not made     cannot",
                "webkit cannot: flies: it has no wings",
                "firefox: 2 random walks, seeds 17 to 18, 1 wrong",
            ]
        );
    }
}

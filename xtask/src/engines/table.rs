//! What became of the journeys in each engine, read from what they print: a row for each journey, and a line for the random walks.

use super::Engine;
use clap::ValueEnum;
use std::fmt;

#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<(String, [Option<&'static str>; 3])>,
    /// What an engine cannot do, or does in part, as it was said.
    less: Vec<String>,
    walks: [Walks; 3],
    /// In which engine the journeys are made that do not name any.
    at_hand: Option<Engine>,
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

    /// From now on, journeys that name no engine are made in that one.
    pub(crate) fn has_at_hand(&mut self, engine: Engine) {
        self.at_hand = Some(engine);
    }

    /// Takes a line of the output.
    pub(crate) fn line(&mut self, line: &str) {
        if let Some((journey, engine, outcome)) = journey(line, self.at_hand) {
            let at = self.rows.iter().position(|(name, _)| *name == journey).unwrap_or_else(|| {
                self.rows.push((journey, [None; 3]));
                self.rows.len() - 1
            });
            self.rows[at].1[engine as usize] = Some(outcome);
        } else if let Some((engine, seed, is_wrong)) = walk(line) {
            let walks = &mut self.walks[engine as usize];
            walks.first = if walks.count == 0 { seed } else { walks.first };
            (walks.count, walks.last, walks.wrong) = (walks.count + 1, seed, walks.wrong + u64::from(is_wrong));
        } else if let Some(said) = LESS.iter().find_map(|(said, _)| less(line, said)) {
            self.less.push(said.to_owned());
        }
    }

    /// What stands for a journey that ended well: an engine may have left it out, or made a part of it.
    fn cell(&self, journey: &str, engine: &str) -> &'static str {
        let name = journey.rsplit("::").next().unwrap_or_default();
        let of = |said: &str, name: &str| format!("{engine}{said}{name}: ");
        let is_said = |said: &str| {
            [journey, name].iter().any(|name| self.less.iter().any(|line| line.starts_with(&of(said, name))))
        };
        LESS.iter().find(|(said, _)| is_said(said)).map_or("ok", |(_, cell)| cell)
    }
}

/// How an engine says that it does less, and what stands for it in the table.
const LESS: [(&str, &str); 2] = [(" cannot: ", "cannot"), (" does in part: ", "in part")];

/// What an engine has said in that way.
fn less<'a>(line: &'a str, said: &str) -> Option<&'a str> {
    // The name of the test may stand before it.
    let engine = line.split_once(said)?.0.rsplit(' ').next()?;
    named(engine)?;
    line.get(line.find(said)? - engine.len()..)
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
                let cell = match cell {
                    Some("ok") => self.cell(name, engine.name()),
                    other => other.unwrap_or("not made"),
                };
                write!(f, "  {cell:>9}")?;
            }
            writeln!(f)?;
        }
        for said in &self.less {
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

/// The journey, the engine and the outcome of `test engines::basics::a_card_is_accepted::firefox ... ok`, or of one that names no engine.
fn journey(line: &str, at_hand: Option<Engine>) -> Option<(String, Engine, &'static str)> {
    let (name, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let outcome = ["ok", "FAILED"].into_iter().find(|known| *known == outcome.trim_end())?;
    let Some(name) = name.strip_prefix("engines::") else { return Some((name.to_owned(), at_hand?, outcome)) };
    let (journey, engine) = name.rsplit_once("::")?;
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
    use super::{Engine, Table};

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
            "test engines::hard::swims::firefox ... firefox does in part: swims: it is tired",
            "test engines::hard::swims::firefox ... ok",
            "test paying::charge::a_card_is_accepted ... ok",
            "somebody cannot: sing: it is late",
        ] {
            table.line(line);
        }
        table.has_at_hand(Engine::Webkit);
        for line in [
            "webkit cannot: frames::one::pays: it has no frames",
            "test frames::one::pays ... ok",
            "test frames::two::pays ... ok",
        ] {
            table.line(line);
        }
        let printed = table.to_string();
        let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "                    chromium    firefox     webkit",
                "basics::pays              ok   not made     FAILED",
                "hard::flies         not made   not made     cannot",
                "hard::swims         not made    in part   not made",
                "frames::one::pays   not made   not made     cannot",
                "frames::two::pays   not made   not made         ok",
                "webkit cannot: flies: it has no wings",
                "firefox does in part: swims: it is tired",
                "webkit cannot: frames::one::pays: it has no frames",
                "firefox: 2 random walks, seeds 17 to 18, 1 wrong",
            ]
        );
    }
}

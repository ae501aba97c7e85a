//! `explore`: goes through everything that the tabs of a payment can come to, as far as a depth, and prints how much that was.

use clap::Parser;
use simulation::model::{Bounds, Second, Tabs};
#[cfg(rules_can_be_off)]
use stateright::HasDiscoveries;
use stateright::{Checker, Expectation, Model};
use std::process::ExitCode;
use std::time::Instant;

#[derive(Parser)]
#[command(name = "cargo xtask explore", bin_name = "cargo xtask explore")]
struct Options {
    /// How many steps further, or fewer where it is negative
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    deeper: isize,
    /// Only the scene of this name
    #[arg(long)]
    scene: Option<String>,
    /// The backend knows its keys, and has no other guard
    #[arg(long)]
    keys_alone: bool,
    /// Switches rules off, of which each must be found out
    #[cfg(rules_can_be_off)]
    #[arg(long)]
    rules_off: bool,
}

/// What is gone through at once, and how far. All at once and as far would be more than any machine can.
#[derive(Clone, Copy)]
struct Scene {
    name: &'static str,
    bounds: Bounds,
    /// How many things happen one after the other.
    depth: usize,
}

const NOTHING: Bounds =
    Bounds { second: Second::Beside, presses: 2, losses: 0, reloads: 0, asides: 0, prices: 0, guards: true };

const SCENES: [Scene; 6] = [
    Scene { name: "lossy", bounds: Bounds { losses: 1, reloads: 1, ..NOTHING }, depth: 12 },
    Scene { name: "aside", bounds: Bounds { asides: 2, ..NOTHING }, depth: 12 },
    Scene { name: "amount", bounds: Bounds { losses: 1, prices: 1, ..NOTHING }, depth: 12 },
    Scene {
        name: "elsewhere",
        bounds: Bounds { second: Second::Elsewhere, presses: 1, losses: 1, ..NOTHING },
        depth: 12,
    },
    Scene {
        name: "alone",
        bounds: Bounds { second: Second::None, losses: 2, reloads: 1, asides: 1, prices: 1, ..NOTHING },
        depth: 13,
    },
    Scene { name: "patient", bounds: Bounds { second: Second::None, presses: 1, ..NOTHING }, depth: 30 },
];

/// What is longer is not told to its end: it goes in circles.
const LONGEST_STORY: usize = 40;

/// How to go through a scene.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    /// All of it.
    All,
    /// The shortest way to what is wrong.
    #[cfg(rules_can_be_off)]
    Shortest,
    /// Any way to what is wrong, however long.
    #[cfg(rules_can_be_off)]
    Any,
}

fn main() -> ExitCode {
    let options = Options::parse();
    #[cfg(rules_can_be_off)]
    if options.rules_off {
        return rules_off();
    }
    let mut scenes = SCENES.to_vec();
    if let Some(name) = &options.scene {
        scenes.retain(|scene| scene.name == name);
        if scenes.is_empty() {
            let names = SCENES.map(|scene| scene.name).join(", ");
            eprintln!("error: no scene is called {name}. There are {names}.");
            return ExitCode::FAILURE;
        }
    }
    let mut broken = 0;
    for mut scene in scenes {
        scene.depth = scene.depth.saturating_add_signed(options.deeper).max(1);
        scene.bounds.guards = !options.keys_alone;
        broken += explore(scene, Search::All).len();
    }
    println!("{broken} counterexamples");
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The properties that do not hold.
fn explore(Scene { name, bounds, depth }: Scene, search: Search) -> Vec<&'static str> {
    let began = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = Tabs(bounds).checker().threads(threads).target_max_depth(depth);
    match search {
        Search::All => report(name, began, &checker.spawn_bfs().join()),
        #[cfg(rules_can_be_off)]
        Search::Shortest => report(name, began, &checker.finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join()),
        #[cfg(rules_can_be_off)]
        Search::Any => report(name, began, &checker.finish_when(HasDiscoveries::AnyFailures).spawn_dfs().join()),
    }
}

fn report(name: &str, began: Instant, checker: &impl Checker<Tabs>) -> Vec<&'static str> {
    println!(
        "{name}: {} states, {} of them different, to a depth of {}, in {:.0} s",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth(),
        began.elapsed().as_secs_f64(),
    );
    let mut broken = Vec::new();
    for property in checker.model().properties() {
        let found = checker.discovery(property.name);
        let word = match (&property.expectation, &found) {
            (Expectation::Sometimes, Some(_)) => "happens",
            // A smaller depth may not get there.
            (Expectation::Sometimes, None) => "not within this depth",
            (_, None) => "holds",
            (_, Some(path)) => {
                broken.push(property.name);
                println!("    what leads there:");
                let actions = path.clone().into_actions();
                let told = actions.len().min(LONGEST_STORY);
                for (at, action) in actions[..told].iter().enumerate() {
                    println!("    {:>4}  {action:?}", at + 1);
                }
                if told < actions.len() {
                    println!("    and so on, {} in all", actions.len());
                }
                "IS BROKEN"
            }
        };
        println!("    {}: {word}", property.name);
    }
    broken
}

/// Each rule in the scene in which it is soonest broken; the first where no guard stands behind the page.
#[cfg(rules_can_be_off)]
fn rules_off() -> ExitCode {
    const RULES: [(u8, &str, bool, Search); 6] = [
        (1, "lossy", true, Search::Shortest),
        (2, "patient", false, Search::Shortest),
        (3, "elsewhere", false, Search::Shortest),
        (5, "patient", false, Search::Any),
        (6, "aside", false, Search::Shortest),
        (8, "amount", false, Search::Shortest),
    ];
    /// More than any wait has steps.
    const FAR: usize = 1_000;
    let mut exit = ExitCode::SUCCESS;
    for (rule, name, keys_alone, search) in RULES {
        paymentsos_core::flow::switch_off(rule);
        println!("rule {rule} off:");
        let scene = SCENES.into_iter().find(|scene| scene.name == name);
        let broken = scene.map(|Scene { name, bounds, depth }| {
            let depth = if search == Search::Any { FAR } else { depth };
            explore(Scene { name, bounds: Bounds { guards: !keys_alone, ..bounds }, depth }, search)
        });
        if !broken.is_some_and(|broken| broken.iter().any(|broken| broken.starts_with(&format!("rule {rule}:")))) {
            println!("NOT found");
            exit = ExitCode::FAILURE;
        }
    }
    exit
}

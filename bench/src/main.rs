//! `cargo xtask bench`: how fast it all is, each figure beside what it is to be measured against, in one run. Absolute figures are this
//! machine's; what holds elsewhere are the ratios.
//!
//! `backend`: how the reference does with many shoppers, beside the barest handler that could do the same. Each server is a process of its
//! own: this program started anew. All others are about the component.

mod asked;
mod bare;
mod client;
mod creating;
mod failure;
mod figures;
mod pages;
mod sample;
mod servers;
mod waiting;
mod wire;

use clap::{Parser, Subcommand};
use failure::Failure;
use servers::{Records, Role};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Cli {
    /// All but `backend` where none is given
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// From the navigation until Pay can be pressed, and what is loaded until then; beside adyen-web and a bare counter in Yew
    Start(pages::Options),
    /// From the navigation back to the shop until the status is on the screen, beside a bare page
    Return(pages::Options),
    /// From the backend's knowledge of a result to the pixel, beside a bare page
    Told(pages::Options),
    /// How often a backend is asked until a result is known, and how long after it was there, beside the schedules of others
    Asked,
    /// Many elements on a page, and one that is left open for an hour
    Many(pages::Options),
    /// What a whole payment does to the page's frames
    Frames(pages::Options),
    /// Many shoppers who wait, and many who pay
    Backend(Options),
    /// A server of the run
    #[command(hide = true)]
    Serve {
        #[arg(value_enum)]
        role: Role,
    },
}

#[derive(Clone, Copy, Debug, clap::Args)]
struct Options {
    /// How many wait at a time
    #[arg(long, default_value_t = 10_000)]
    waiters: usize,
    /// For how many payments they wait
    #[arg(long, default_value_t = 1_000)]
    payments: usize,
    /// How many are made to measure creates
    #[arg(long, default_value_t = 1_000)]
    creates: usize,
    /// For how many seconds nothing happens
    #[arg(long, default_value_t = 15)]
    idle: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        None => component().await,
        Some(Command::Start(options)) => pages::start(options).await,
        Some(Command::Return(options)) => pages::come_back(options).await,
        Some(Command::Told(options)) => pages::told(options).await,
        Some(Command::Asked) => asked::run(),
        Some(Command::Many(options)) => pages::many(options).await,
        Some(Command::Frames(options)) => pages::frames(options).await,
        Some(Command::Serve { role }) => servers::serve(role).await,
        Some(Command::Backend(options)) => backend(&options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn component() -> Result<(), Failure> {
    let options = pages::Options::default();
    pages::start(options).await?;
    pages::come_back(options).await?;
    pages::told(options).await?;
    asked::run()?;
    pages::many(options).await?;
    pages::frames(options).await
}

async fn backend(options: &Options) -> Result<(), Failure> {
    println!(
        "{} waiters for {} payments, {} creates; the bare handler is axum and a channel a payment, without any PaymentsOS\n",
        options.waiters, options.payments, options.creates
    );
    println!(
        "| backend | memory a waiter | told p50 | told p99 | to the bare handler's | CPU while idle | creates a second |\n\
         |---|---|---|---|---|---|---|"
    );
    let bare = bare::measure(options).await?;
    println!("| bare handler | {} | {} | {} | 1 × | {} | – |", bare.memory(), bare.p50(), bare.p99(), bare.idle());
    let server = postgres_for_tests::Server::start().map_err(|error| Failure::Database(error.to_string()))?;
    let mut stands = vec![("SQLite, one process".to_owned(), 1, None)];
    for replicas in [1, 2, 4] {
        let of = if replicas == 1 { "replica" } else { "replicas" };
        stands.push((format!("PostgreSQL, {replicas} {of}"), replicas, Some(&server)));
    }
    for (name, replicas, server) in stands {
        let records = Records::new(server)?;
        let shop = servers::Shop::open(replicas, &records).await?;
        let creates = creating::measure(&shop, options.creates).await?;
        let waiting = waiting::measure(&shop, options).await?;
        println!(
            "| {name} | {} | {} | {} | {} | {} | {creates:.0} |",
            waiting.memory(),
            waiting.p50(),
            waiting.p99(),
            waiting.beside(&bare),
            waiting.idle(),
        );
    }
    Ok(())
}

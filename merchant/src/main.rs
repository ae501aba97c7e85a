//! `merchant`: the backend as a program, set up by environment variables.

use clap::{Parser, Subcommand};
use merchant::{Config, Operate, Telemetry, contract, contract_page, operate, reconcile, start};
use std::error::Error;
use std::fs;
use std::process::ExitCode;
use std::time::Duration;
use uuid::Uuid;

/// The reference merchant backend of a PaymentsOS checkout. Without a command it serves.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the Merchant API, and the shop's pages.
    Serve,
    /// Compare the records with PaymentsOS, and mend them. It may serve meanwhile.
    Reconcile {
        /// How old an order may be; payments whose end is not known are compared however old they are.
        #[arg(long, default_value_t = 30)]
        days: u64,
    },
    /// Capture the authorization of a payment, or a part of it. It may serve meanwhile.
    Capture {
        /// The payment's id.
        payment: String,
        /// How much, in minor units; all of it, where absent.
        #[arg(long)]
        amount: Option<u64>,
        /// The idempotency key of a try whose outcome is not known.
        #[arg(long)]
        key: Option<Uuid>,
    },
    /// Void the authorization of a payment. It may serve meanwhile.
    Void {
        /// The payment's id.
        payment: String,
        /// The idempotency key of a try whose outcome is not known.
        #[arg(long)]
        key: Option<Uuid>,
    },
    /// Print the contract of the Merchant API, as OpenAPI 3.1.
    Contract {
        /// Write it, and the page made from it, to docs/ in this folder instead.
        #[arg(long)]
        write: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let telemetry = match Telemetry::start() {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = match cli.command {
        None | Some(Command::Serve) => serve().await.map(|()| ExitCode::SUCCESS),
        Some(Command::Capture { payment, amount, key }) => carry_out(&payment, Operate::Capture(amount), key).await,
        Some(Command::Void { payment, key }) => carry_out(&payment, Operate::Void, key).await,
        Some(Command::Contract { write: false }) => {
            print!("{}", contract());
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Contract { write: true }) => write_contract().map(|()| ExitCode::SUCCESS),
        Some(Command::Reconcile { days }) => compare(Duration::from_secs(days.saturating_mul(24 * 60 * 60))).await,
    };
    let code = done.unwrap_or_else(|error| {
        tracing::error!("{error}");
        ExitCode::FAILURE
    });
    telemetry.stop().await;
    code
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let running = start(Config::from_env()?).await?;
    stopped().await?;
    running.stop().await;
    Ok(())
}

/// Succeeds where it was not refused and has not failed.
async fn carry_out(payment: &str, what: Operate, key: Option<Uuid>) -> Result<ExitCode, Box<dyn Error>> {
    let config = Config::from_env()?;
    let key = key.unwrap_or_else(Uuid::new_v4);
    // Before anything is asked: whoever breaks it off must not lose it.
    println!("to try again: --key {key}");
    let operated = operate(config, payment, what, key).await?;
    println!("{operated}");
    let is_done = operated.outcome.is_ok_and(|status| status != "Failed");
    Ok(if is_done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn write_contract() -> Result<(), Box<dyn Error>> {
    fs::write("docs/merchant-api.json", contract())?;
    Ok(fs::write("docs/merchant-api.md", contract_page())?)
}

/// Succeeds where the records are right in the end.
async fn compare(age: Duration) -> Result<ExitCode, Box<dyn Error>> {
    let reconciled = reconcile(Config::from_env()?, age).await?;
    for difference in &reconciled.differences {
        println!("{difference}");
    }
    for payment in &reconciled.unread {
        println!("{payment}: could not be read: run it again");
    }
    for payment in &reconciled.unknown {
        println!(
            "{payment}: PaymentsOS does not know it: are these the keys, and the environment, that it was made with?"
        );
    }
    println!("{} payments compared, {} differed", reconciled.compared, reconciled.differences.len());
    Ok(if reconciled.is_right() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Ctrl-C, or a service manager's SIGTERM.
async fn stopped() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

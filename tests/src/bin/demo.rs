//! The main job before your eyes: an offline inspection becomes a permit.

#![expect(
    clippy::print_stdout,
    reason = "a demonstration talks to the person at the terminal"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use jiff::civil::date;
use kanyan_tests::Failure;
use kanyan_tests::pictures::Pictures;
use kanyan_tests::scenario::{Report, Scenario};
use kanyan_tests::seed::{self, PASSWORD, USERS};
use sync_server::clock::Clock;

/// Shows the main job: two inspectors work offline on one inspection, sync over a bad network,
/// and the office issues the permit.
#[derive(Parser)]
struct Options {
    /// Data directory; made when missing, used again when there.
    #[arg(long, value_name = "DIR", default_value = "kanyan-demo")]
    data: PathBuf,
    /// Your own JPEG, PNG or WebP photographs instead of painted ones.
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// Address and port of the server; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: String,
    /// End with status 0 when the permit is issued; the last line is one JSON object.
    #[arg(long)]
    once: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match show(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn show(options: &Options) -> Result<(), Failure> {
    let begun = Instant::now();
    if options.listen.parse::<std::net::SocketAddr>().is_err() {
        return Err(format!(
            "--listen {} is no address: use 127.0.0.1:8080",
            options.listen
        )
        .into());
    }
    std::fs::create_dir_all(&options.data)?;
    let data = options.data.canonicalize()?;
    let pictures = match &options.photos {
        Some(folder) => Pictures::from_folder(folder)?,
        None => Pictures::painted(date(2018, 3, 12).at(9, 30, 0, 0)),
    };
    println!("data directory  {}", data.display());
    let config = seed::config(&data.join("server"), &options.listen);
    let new = seed::seed(&config).await?;
    let seeded = if new {
        "agency, users and catalogue seeded"
    } else {
        "used again"
    };
    let server = start(config, !options.once).await?;
    println!(
        "server          http://{} · business day {} · {seeded}",
        server.address,
        server.app.clock.today()
    );
    let address = server.address;
    let folder = data.clone();
    let report = tokio::task::spawn_blocking(move || {
        let say = move |line: &str| println!("{:8.1} s  {line}", begun.elapsed().as_secs_f64());
        let scenario = Scenario {
            server: address,
            folder: &folder,
            pictures: &pictures,
            photos_each: 13,
            say: &say,
        };
        scenario.run()
    })
    .await??;
    summary(&report, &format!("http://{address}"), &data);
    if options.once {
        println!("{}", serde_json::to_string(&report)?);
        return Ok(());
    }
    println!("\nThe server stays up; end it with Ctrl-C.");
    server.stopped().await?;
    Ok(())
}

/// The port that was asked for, or a free one when that is taken and none was asked for by hand.
async fn start(
    config: sync_server::config::Config,
    stays: bool,
) -> Result<sync_server::Running, Failure> {
    let shutdown = async move {
        if stays {
            sync_server::stop_signal().await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    match sync_server::serve(config, Clock::system(), shutdown).await {
        Ok(running) => Ok(running),
        Err(error @ sync_server::AppError::Listen { .. }) => {
            Err(format!("{error}: choose another with --listen 127.0.0.1:0").into())
        }
        Err(error) => Err(error.into()),
    }
}

fn summary(report: &Report, url: &str, data: &Path) {
    println!("\n{:<36} {:>9}", "leg", "seconds");
    for (name, seconds) in &report.legs {
        println!("{name:<36} {seconds:>9.2}");
    }
    println!(
        "\ncase     {}  {url}{}",
        report.case_number, report.case_path
    );
    println!(
        "permit   {}  {url}{}/permit",
        report.permit_number, report.case_path
    );
    println!("paper    {}", report.permit_pdf.display());
    println!("check    {}", report.qr_text);
    println!("pages    {url}/inbox   {url}/tablets");
    println!("\n{:<14} {:<16} password", "login", "role");
    for user in USERS {
        println!("{:<14} {:<16} {PASSWORD}", user.login, user.role);
    }
    println!(
        "\nCheck the permit without a network:\n  cargo run --release --bin sync-server -- verify --data {} '{}'",
        data.join("server").display(),
        report.qr_text
    );
}

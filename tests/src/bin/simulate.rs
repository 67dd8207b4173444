//! Plays histories of tablets and server with everything that can go wrong, and says what it found.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use kanyan_tests::Failure;
use kanyan_tests::simulate::{self, History, Mutant, STEPS, Step};

/// Simulates whole histories from seeds: tablets, server, office, and faults of network, disks,
/// clocks and people. Ends with status 1 when an invariant does not hold.
#[derive(Parser)]
struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps of each history.
    #[arg(long, default_value_t = STEPS)]
    steps: usize,
    /// Play every history twice and demand the same trace.
    #[arg(long)]
    twice: bool,
    /// Instead: put each known fault into the product in turn, and demand that it is found within
    /// `--seeds`.
    #[arg(long)]
    mutants: bool,
    /// Go on after a failure, and only count.
    #[arg(long)]
    keep_going: bool,
    /// Leave out every step of this kind, such as `Copy`; may be given several times.
    #[arg(long, value_name = "KIND")]
    without: Vec<String>,
    /// Say for each history what became of it.
    #[arg(long)]
    verbose: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match options.mutants {
        true => mutants(&options),
        false => simulate(&options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("simulate: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    fn plan(&self, seed: u64) -> Vec<Step> {
        let mut plan = simulate::plan(seed, self.steps);
        let left_out = |step: &Step| self.without.contains(&format!("{:?}", step.kind));
        plan.retain(|step| !left_out(step));
        plan
    }
}

fn simulate(options: &Options) -> Result<bool, Failure> {
    let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
    let mut deeds: BTreeMap<&str, u64> = BTreeMap::new();
    let mut failed: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    let mut steps = 0_u64;
    // The template is made with the first history.
    simulate::play(0, &[], None)?;
    let begun = Instant::now();
    for seed in options.seed..options.seed.saturating_add(options.seeds) {
        let plan = options.plan(seed);
        let history = simulate::play(seed, &plan, None)?;
        steps += history.steps as u64;
        if options.verbose {
            println!(
                "seed {seed:>8}  trace {}  {:?}",
                history.trace, history.broken
            );
        }
        if options.twice && simulate::play(seed, &plan, None)?.trace != history.trace {
            println!("seed {seed}: played again, another trace");
            return Ok(false);
        }
        for (kind, count) in &history.faults {
            *faults.entry(kind).or_default() += count;
        }
        for (kind, count) in &history.deeds {
            *deeds.entry(kind).or_default() += count;
        }
        if let Some(broken) = &history.broken {
            failed.entry(broken.invariant).or_default().push(seed);
            if !options.keep_going {
                explain(&history, &plan, options.steps)?;
                break;
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64().max(1e-9);
    let played = options.seeds as f64;
    println!("{:<34} {:>12}", "what people did", "times");
    deeds
        .iter()
        .for_each(|(kind, count)| println!("{kind:<34} {count:>12}"));
    println!("{:<34} {:>12}", "faults", "times");
    faults
        .iter()
        .for_each(|(kind, count)| println!("{kind:<34} {count:>12}"));
    println!(
        "{steps} steps in {seconds:.1} s: {:.0} steps/s",
        steps as f64 / seconds
    );
    if failed.is_empty() {
        println!(
            "{} seeds, {:.1} seeds/s, nothing lost",
            options.seeds,
            played / seconds
        );
    }
    for (invariant, seeds) in &failed {
        println!(
            "BROKEN {invariant}: {} seeds, such as {:?}",
            seeds.len(),
            &seeds[..seeds.len().min(8)]
        );
    }
    Ok(failed.is_empty())
}

/// Whether every mutant is found.
fn mutants(options: &Options) -> Result<bool, Failure> {
    let mut survived = 0;
    for mutant in Mutant::ALL {
        let mut found = None;
        for seed in options.seed..options.seed.saturating_add(options.seeds) {
            let plan = mutant.tempt(options.plan(seed));
            let history = simulate::play(seed, &plan, Some(mutant))?;
            if let Some(broken) = history.broken {
                found = Some((seed, broken));
                break;
            }
        }
        match found {
            Some((seed, broken)) => {
                println!("found    {mutant:?} with seed {seed}: {}", broken.invariant);
                println!("         {}", broken.detail);
            }
            None => {
                survived += 1;
                println!("SURVIVED {mutant:?} for {} seeds", options.seeds);
            }
        }
    }
    println!("{} mutants, {survived} survived", Mutant::ALL.len());
    Ok(survived == 0)
}

/// Seed, invariant and the shortest history that breaks it.
fn explain(history: &History, plan: &[Step], length: usize) -> Result<(), Failure> {
    let Some(broken) = &history.broken else {
        return Ok(());
    };
    println!("seed {}: after {} steps", history.seed, history.steps);
    println!(
        "invariant: {}\n           {}",
        broken.invariant, broken.detail
    );
    let taken = &plan[..history.steps];
    let (steps, last) = simulate::shrink(history.seed, taken, broken.invariant, None)?;
    println!("minimal history of {} steps:", steps.len());
    for (n, step) in steps.iter().enumerate() {
        println!("{:>4}. {:?} {:#018x}", n + 1, step.kind, step.pick);
    }
    if let Some(broken) = last.and_then(|last| last.broken) {
        println!("           {}", broken.detail);
    }
    println!(
        "again:     simulate --seed {} --seeds 1 --steps {length}",
        history.seed
    );
    Ok(())
}

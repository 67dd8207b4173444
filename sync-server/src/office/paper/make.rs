//! Making what is due. Setting a paper takes some hundred milliseconds, so it is done beside the
//! request, for the number that is probably next, and again when another paper took it.

use super::draft::{self, Draft};
use super::due::{self, Kind};
use crate::app::{App, Poke};
use crate::auth::Officer;
use crate::error::AppError;
use crate::office::case::fill::Against;
use crate::office::case::open;
use crate::office::case::record::CaseRecord;
use crate::permit::{Facts, Paper, PaperError, Pdf, render_facts};
use crate::store::papers::NewPaper;
use crate::store::{StoreError, overview, papers, serials};

/// How often a number may be taken away in between.
const TRIES: usize = 5;
/// More papers than any case has; a loop that does not end is a defect.
const MOST: usize = 200;

/// Makes what is due of a case, beside the request that brought it about. What fails stays due
/// and can be made from the case's page.
pub(crate) fn soon(app: &App, officer: &Officer, case_id: i64) {
    let (app, officer) = (app.clone(), officer.clone());
    tokio::spawn(async move {
        if let Err(error) = all(&app, &officer, case_id).await {
            tracing::warn!(case_id, %error, "a paper was not made; it stays due");
        }
    });
}

/// Makes everything that is due of a case; answers with how many papers were made.
///
/// # Errors
/// A paper cannot be set, with the reason; those before it are kept.
pub(crate) async fn all(app: &App, officer: &Officer, case_id: i64) -> Result<usize, AppError> {
    let mut made = 0;
    while made < MOST && next(app, officer, case_id).await? {
        made += 1;
    }
    if made > 0 {
        app.poke(Poke::Case { case_id, doc: None });
    }
    Ok(made)
}

/// A paper ready to be kept.
struct Made {
    kind: Kind,
    basis: i64,
    serial: u32,
    number: String,
    title: String,
    facts: String,
    pdf: Pdf,
}

/// Makes the oldest paper that is due; false when there is none.
async fn next(app: &App, officer: &Officer, case_id: i64) -> Result<bool, AppError> {
    for _ in 0..TRIES {
        let record = open::record(app, officer, case_id).await?;
        let Some(first) = due::of(&record).first().map(|due| due.kind) else {
            return Ok(false);
        };
        let year = app.clock.today().year();
        let series = first.serials(year);
        let serial = app
            .store
            .read(move |c| overview::next_serial(c, &series))
            .await?;
        let made = set(app, officer, record, serial).await?;
        if keep(app, officer, case_id, made).await? {
            return Ok(true);
        }
    }
    Err(StoreError::Busy.into())
}

async fn set(
    app: &App,
    officer: &Officer,
    record: CaseRecord,
    serial: u32,
) -> Result<Made, AppError> {
    let (app_again, year) = (app.clone(), app.clock.today().year());
    let made = open::fill(app, officer, move |against| {
        fill(&app_again, against, &record, year, serial)
    });
    made.await?.map_err(|error| AppError::Invalid {
        zh: format!("文书不能制作：{error}"),
        en: format!("the paper cannot be made: {error}"),
    })
}

fn fill(
    app: &App,
    against: &Against<'_>,
    record: &CaseRecord,
    year: i16,
    serial: u32,
) -> Result<Made, PaperError> {
    let due = due::of(record);
    let due = due.first().ok_or(PaperError::TooLong)?;
    let number = due.kind.number(year, serial);
    let title = due.kind.title(against.matter(&record.case));
    let office = draft::Office::of(app)?;
    let draft = draft::of(due, record, against, &office, &number, &title);
    let paper = match &draft {
        Draft::Notice(paper) => Paper::Notice(paper),
        Draft::Decision(paper) => Paper::Decision(paper),
        Draft::Record(paper) => Paper::Record(paper),
        Draft::Delivery(paper) => Paper::Delivery(paper),
    };
    let now = app.clock.now();
    let facts = Facts::of(paper, now)?;
    let pdf = render_facts(&facts, now)?;
    Ok(Made {
        kind: due.kind,
        basis: due.entry.seq,
        serial,
        number,
        title,
        facts: facts.to_json()?,
        pdf,
    })
}

/// Keeps a paper; false when its number was taken meanwhile. One that somebody else made at the
/// same time is as good.
async fn keep(app: &App, officer: &Officer, case_id: i64, made: Made) -> Result<bool, AppError> {
    let (user, today, now) = (officer.id.clone(), app.clock.today(), app.clock.now_ms());
    let kept = app
        .store
        .write(move |tx| {
            let known = papers::of_case(tx, case_id)?;
            let same =
                |one: &papers::Listed| one.basis == made.basis && one.kind == made.kind.word();
            if known.iter().any(same) {
                return Ok(true);
            }
            let series = made.kind.serials(today.year());
            if overview::next_serial(tx, &series)? != made.serial {
                return Ok(false);
            }
            serials::take(tx, &series)?;
            papers::insert(
                tx,
                &NewPaper {
                    case_id,
                    kind: made.kind.word().to_owned(),
                    basis: made.basis,
                    number: made.number,
                    title: made.title,
                    facts: made.facts,
                    pdf: made.pdf.bytes,
                    made_by: Some(user),
                    made_at: now,
                    made_on: today,
                },
            )?;
            Ok(true)
        })
        .await?;
    Ok(kept)
}

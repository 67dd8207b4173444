//! An issued permit.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::cases::State as CaseState;
use crate::error::AppError;
use crate::locale::{phrase, say};
use crate::office::case::show::Fact;
use crate::office::case::{fill, open};
use crate::office::format;
use crate::office::page::{Page, shell};
use crate::office::view::{Place, Shell, Status, Tone, TrustedSvg, filters};
use crate::permit::qr_image;
use crate::store::cases::Case;
use crate::store::decisions::{self, Permit};
use crate::store::users;

/// An issued permit.
#[derive(Debug, Clone, Template)]
#[template(path = "permit/show.html")]
pub struct PermitShow {
    /// The frame.
    pub shell: Shell,
    /// The case it came from.
    pub case_id: i64,
    /// The case number.
    pub case_number: String,
    /// The permit number.
    pub number: String,
    /// Valid, revoked, expired.
    pub state: Status,
    /// What it says.
    pub facts: Vec<Fact>,
    /// Its QR code.
    pub qr: TrustedSvg,
    /// Where the PDF is.
    pub pdf_href: String,
    /// How large it is, e.g. `182 KB`.
    pub pdf_size: String,
    /// The public page that checks it, with the payload in the fragment.
    pub check_href: String,
    /// What to do next, e.g. hand it over; empty when all is done.
    pub next_label: String,
    /// Where that leads.
    pub next_href: String,
}

/// `GET /cases/{id}/permit`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Page<PermitShow>, AppError> {
    let case = open::row(&app, &officer, id).await?;
    let permit = read(&app, id).await?;
    let issuer = permit.issued_by.clone();
    let issuer = app.store.read(move |c| users::by_id(c, &issuer)).await?;
    let issuer = issuer.map_or_else(|| permit.issued_by.clone(), |user| user.name);
    let delivers = case.state == CaseState::Issued && officer.may(Permission::Deliver);
    Ok(Page(PermitShow {
        shell: shell(&app, Some(&officer), Place::Cases),
        case_id: id,
        case_number: case.number.clone(),
        number: permit.number.clone(),
        state: state(&permit, &app),
        facts: facts(&app, &case, &permit, &issuer),
        qr: qr(&permit.qr_text)?,
        pdf_href: format!("/cases/{id}/permit.pdf"),
        pdf_size: format::bytes(permit.pdf.len() as u64),
        check_href: permit.qr_text,
        next_label: if delivers {
            say("step-deliver")
        } else {
            String::new()
        },
        next_href: format!("/cases/{id}/deliver"),
    }))
}

/// `GET /cases/{id}/permit.pdf`
pub(crate) async fn pdf(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Response, AppError> {
    officer.require(Permission::ViewCases)?;
    let permit = read(&app, id).await?;
    let digits: String = permit
        .number
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"permit-{digits}.pdf\""),
        ),
    ];
    Ok((headers, permit.pdf).into_response())
}

async fn read(app: &App, id: i64) -> Result<Permit, AppError> {
    app.store
        .read(move |c| decisions::permit_of(c, id))
        .await?
        .ok_or(AppError::NotFound { what: "许可证" })
}

fn state(permit: &Permit, app: &App) -> Status {
    let today = app.clock.today();
    if permit.revoked_on.is_some() {
        Status::new(Tone::Bad, say("permit-revoked"))
    } else if permit.suspended_on.is_some() {
        Status::new(Tone::Warn, say("permit-suspended"))
    } else if permit.valid_until.is_some_and(|until| until < today) {
        Status::new(Tone::Warn, say("permit-expired"))
    } else {
        Status::new(Tone::Good, say("permit-valid"))
    }
}

fn facts(app: &App, case: &Case, permit: &Permit, issuer: &str) -> Vec<Fact> {
    let library = app.library();
    let fact = |label: &str, value: String| Fact {
        label: label.to_owned(),
        value,
    };
    let validity = match permit.valid_until {
        Some(until) => phrase("validity-range")
            .with("from", permit.valid_from)
            .with("until", until)
            .to_string(),
        None => phrase("validity-open")
            .with("from", permit.valid_from)
            .to_string(),
    };
    let mut facts = vec![
        fact(&say("fact-applicant"), permit.holder.clone()),
        fact(&say("fact-address"), case.application.address.clone()),
        fact(
            &say("register-scopes"),
            fill::class_scope(case, library.matter(&case.matter)),
        ),
        fact(&say("fact-validity"), validity),
        fact(&say("fact-agency"), app.agency.name.clone()),
        fact(
            &say("fact-issued"),
            phrase("issuer-and-day")
                .with("issuer", issuer)
                .with("day", permit.issued_on)
                .to_string(),
        ),
    ];
    if let Some(day) = permit.suspended_on {
        facts.push(fact(&say("fact-suspended"), day.to_string()));
    }
    if let Some(day) = permit.revoked_on {
        facts.push(fact(&say("fact-revoked"), day.to_string()));
    }
    facts
}

fn qr(text: &str) -> Result<TrustedSvg, AppError> {
    let code = qr_image::draw(text)
        .map_err(|error| AppError::Internal(format!("the permit's QR code: {error}")))?;
    Ok(TrustedSvg::drawn_here(code.svg))
}

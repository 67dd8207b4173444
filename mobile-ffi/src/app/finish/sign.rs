//! The applicant's word and the officers' signatures over exactly the state that was shown.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use field_core::digest::Sha256;
use field_core::identity::Confirmation;
use field_core::ids::DocId;
use serde::Deserialize;

use crate::app::page::{Done, act};
use crate::app::problem::Problem;
use crate::app::state::App;

/// What the applicant did.
#[derive(Deserialize)]
pub(in crate::app) struct Confirm {
    how: String,
    #[serde(default)]
    name: String,
    /// Path data on a 1000 × 300 canvas.
    #[serde(default)]
    strokes: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    witness: String,
}

fn filled(text: &str, missing: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::key(missing));
    }
    Ok(text.to_owned())
}

/// `POST cases/{doc}/confirm`
pub(in crate::app) async fn confirm(
    State(app): State<Arc<App>>,
    Path(doc): Path<DocId>,
    Form(form): Form<Confirm>,
) -> Response {
    act(app, move |app| {
        let reason = |form: &Confirm| {
            Ok::<_, Problem>((
                filled(&form.reason, "problem-reason-missing")?,
                filled(&form.witness, "problem-witness-missing")?,
            ))
        };
        let confirmation = match form.how.as_str() {
            "signed" => Confirmation::Signed {
                name: filled(&form.name, "problem-name-missing")?,
                strokes: filled(&form.strokes, "problem-signature-missing")?,
            },
            "refused" => {
                let (reason, witness) = reason(&form)?;
                Confirmation::Refused { reason, witness }
            }
            "absent" => {
                let (reason, witness) = reason(&form)?;
                Confirmation::Absent { reason, witness }
            }
            _ => return Err(Problem::key("problem-choose-reason")),
        };
        if super::count_missing(app, doc)? > 0 {
            return Err(Problem::key("problem-record-incomplete"));
        }
        let officer = app.officer();
        app.core(|core| core.confirm(doc, &officer, confirmation))?;
        app.keeper.poke();
        Ok(Done::Go(format!("cases/{doc}/finish")))
    })
    .await
}

/// Who signs; a colleague who unlocked on this tablet may sign here as well.
#[derive(Deserialize)]
pub(in crate::app) struct Sign {
    officer: String,
}

/// `POST cases/{doc}/sign`
pub(in crate::app) async fn sign(
    State(app): State<Arc<App>>,
    Path(doc): Path<DocId>,
    Form(form): Form<Sign>,
) -> Response {
    act(app, move |app| {
        app.core(|core| core.sign_off(doc, &form.officer))?;
        app.keeper.poke();
        Ok(Done::Go(format!("cases/{doc}/finish")))
    })
    .await
}

/// Which sign-off, and why it is taken back.
#[derive(Deserialize)]
pub(in crate::app) struct Withdraw {
    officer: String,
    statement: String,
    #[serde(default)]
    reason: String,
}

/// `POST cases/{doc}/withdraw`
pub(in crate::app) async fn withdraw(
    State(app): State<Arc<App>>,
    Path(doc): Path<DocId>,
    Form(form): Form<Withdraw>,
) -> Response {
    act(app, move |app| {
        let reason = filled(&form.reason, "problem-reason-missing")?;
        let statement: Sha256 = form.statement.parse().map_err(|_| Problem::not_found())?;
        app.core(|core| core.withdraw(doc, &form.officer, statement, &reason))?;
        app.keeper.poke();
        Ok(Done::Go(format!("cases/{doc}/finish")))
    })
    .await
}

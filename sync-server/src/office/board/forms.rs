//! Forms to be filled in by hand, as PDF.

use axum::extract::{Path, State};
use axum::response::Response;
use field_core::rules::Matter;

use super::show::open_matters;
use crate::app::App;
use crate::error::AppError;
use crate::office::paper::show::answer;
use crate::permit::{FormKind, FormPaper, Paper, render};

/// `GET /board/{matter}/{form}`
pub(crate) async fn get(
    State(app): State<App>,
    Path((matter, form)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let gone = || AppError::NotFound { what: "表格" };
    let kind = match form.as_str() {
        "power-of-attorney.pdf" => FormKind::PowerOfAttorney,
        "application.pdf" => FormKind::Application,
        _ => return Err(gone()),
    };
    let library = app.library();
    let matter = open_matters(&app, &library).find(|one| one.id == matter);
    let paper = paper(&app, matter.ok_or_else(gone)?, kind);
    let now = app.clock.now();
    let set = tokio::task::spawn_blocking(move || render(Paper::Form(&paper), now));
    let pdf = set
        .await
        .map_err(|error| AppError::Internal(format!("a form was not set: {error}")))?
        .map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(answer(&form, pdf.bytes))
}

fn paper(app: &App, matter: &Matter, kind: FormKind) -> FormPaper {
    let scopes = matter.scopes.iter().map(|scope| {
        let class = matter.class(&scope.class);
        let class = class.map_or("", |class| class.text.zh.as_str());
        format!("{class}：{}", scope.text.zh)
    });
    let always = matter
        .materials
        .iter()
        .filter(|one| one.features.is_empty());
    FormPaper {
        kind,
        matter: matter.text.zh.clone(),
        materials: always.map(|one| one.text.zh.clone()).collect(),
        scopes: scopes.collect(),
        agency: app.agency.name.clone(),
        specimen: false,
    }
}

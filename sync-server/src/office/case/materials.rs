//! The materials of a case: which are there, with their scans and photos.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use field_core::digest::Sha256;
use field_core::evidence::{self, Limits};
use serde::Deserialize;

use super::fill::{self, Against};
use super::open;
use super::record::CaseRecord;
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::cases::{self, State as CaseState};
use crate::error::AppError;
use crate::locale::phrase;
use crate::office::format;
use crate::office::page::{Fields, Page, done, on_page, shell, wrong};
use crate::office::view::{Errors, Place, Shell, filters};
use crate::photos;
use crate::store::materials::MaterialFile;

/// Largest upload, in bytes; a scan of a contract has a few.
pub(crate) const UPLOAD_BYTES: usize = 40 << 20;
/// Largest PDF, in bytes.
const PDF_BYTES: usize = 20 << 20;
const NAME_CHARS: usize = 80;

/// The materials of a case.
#[derive(Debug, Clone, Template)]
#[template(path = "case/materials.html")]
pub struct CaseMaterials {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub errors: Errors,
    /// The case.
    pub id: i64,
    /// The case number.
    pub number: String,
    /// Who applies.
    pub applicant: String,
    /// Which revision of the case the page shows.
    pub revision: u32,
    /// How many are missing.
    pub missing: usize,
    /// Whether it is the time to record what was handed in.
    pub records: bool,
    /// Whether files can be added.
    pub adds: bool,
    /// The materials.
    pub rows: Vec<MaterialRow>,
}

/// One material.
#[derive(Debug, Clone)]
pub struct MaterialRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// It is there.
    pub received: bool,
    /// Since when, in words; empty while it is not there.
    pub since: String,
    /// Its scans and photos.
    pub files: Vec<FileLink>,
}

/// One scan or photo.
#[derive(Debug, Clone)]
pub struct FileLink {
    /// Where it is.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// Kind and size.
    pub kind: String,
    /// It is a picture and can be shown.
    pub picture: bool,
}

/// `GET /cases/{id}/materials`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
) -> Result<Page<CaseMaterials>, AppError> {
    form(&app, &officer, id, Errors::default()).await.map(Page)
}

/// `POST /cases/{id}/materials`: notes which are there.
pub(crate) async fn save(
    State(app): State<App>,
    officer: Officer,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, AppError> {
    let case = open::row(&app, &officer, id).await?;
    let (seen, received) = (fields.revision()?, fields.all("received"));
    match cases::record_materials(&app, &officer, &case.number, Some(seen), received).await {
        Ok(_) => Ok(done(id, "materials")),
        Err(error) => {
            let errors = on_page(error, "materials")?;
            Ok(wrong(form(&app, &officer, id, errors).await?))
        }
    }
}

/// What the address says of a file.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    #[serde(default)]
    name: String,
}

/// `POST /cases/{id}/materials/{material}/files`: the body is the file. Photos pass the same
/// intake as evidence; a PDF is kept as it is and only ever handed out as a download.
pub(crate) async fn add(
    State(app): State<App>,
    officer: Officer,
    Path((id, material)): Path<(i64, String)>,
    Query(named): Query<Named>,
    body: Bytes,
) -> Result<StatusCode, AppError> {
    officer.require(Permission::Register)?;
    let case = open::row(&app, &officer, id).await?;
    let content = tokio::task::spawn_blocking(move || intake(&body))
        .await
        .map_err(|error| AppError::Internal(format!("a scan was not read: {error}")))??;
    let (media, bytes) = (content.media, content.bytes);
    let length = bytes.len() as u64;
    let sha256 = photos::store(&app, bytes).await?;
    let name: String = named.name.chars().filter(|c| !c.is_control()).collect();
    let file = MaterialFile {
        material,
        sha256,
        name: name.chars().take(NAME_CHARS).collect(),
        media: media.to_owned(),
        bytes: length,
        added_by: officer.id.clone(),
        added_at: app.clock.now_ms(),
    };
    cases::add_file(&app, &officer, &case.number, file).await?;
    Ok(StatusCode::NO_CONTENT)
}

struct Content {
    media: &'static str,
    bytes: Vec<u8>,
}

fn intake(body: &[u8]) -> Result<Content, AppError> {
    if body.starts_with(b"%PDF-") {
        let whole = body
            .windows(5)
            .rev()
            .take(2048)
            .any(|window| window == b"%%EOF");
        if body.len() > PDF_BYTES || !whole {
            return Err(AppError::Invalid {
                zh: "PDF 不完整或超过 20 MB：请重新扫描，或降低分辨率".to_owned(),
                en: "the PDF is cut short or larger than 20 MB: scan it again, at a lower resolution".to_owned(),
            });
        }
        return Ok(Content {
            media: "application/pdf",
            bytes: body.to_vec(),
        });
    }
    let taken = evidence::take_in(body, &Limits::default());
    let taken = taken.map_err(|error| AppError::Invalid {
        zh: error.zh(),
        en: error.to_string(),
    })?;
    Ok(Content {
        media: "image/jpeg",
        bytes: taken.rendition,
    })
}

/// `GET /cases/{id}/materials/{material}/files/{sha256}`
pub(crate) async fn file(
    State(app): State<App>,
    officer: Officer,
    Path((id, material, name)): Path<(i64, String, String)>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let gone = || AppError::NotFound { what: "扫描件" };
    let sha256: Sha256 = name.parse().map_err(|_| gone())?;
    let record = open::record(&app, &officer, id).await?;
    let known = record
        .files
        .iter()
        .find(|one| one.sha256 == sha256 && one.material == material)
        .ok_or_else(gone)?;
    let mut response = photos::respond(photos::open(&app, sha256).await?, &headers).await?;
    if known.media != "image/jpeg" {
        let name = format!("attachment; filename=\"{material}.pdf\"");
        let name = HeaderValue::from_str(&name).map_err(|_| gone())?;
        let answer = response.headers_mut();
        answer.insert(header::CONTENT_DISPOSITION, name);
        let sandbox = HeaderValue::from_static("sandbox; default-src 'none'");
        answer.insert(header::CONTENT_SECURITY_POLICY, sandbox);
    }
    Ok(response.into_response())
}

async fn form(
    app: &App,
    officer: &Officer,
    id: i64,
    errors: Errors,
) -> Result<CaseMaterials, AppError> {
    let record = open::record(app, officer, id).await?;
    let frame = shell(app, Some(officer), Place::Cases);
    open::fill(app, officer, move |against| {
        fill_page(frame, errors, &record, against)
    })
    .await
}

fn fill_page(
    shell: Shell,
    errors: Errors,
    record: &CaseRecord,
    against: &Against<'_>,
) -> CaseMaterials {
    let case = &record.case;
    let matter = against.matter(case);
    let registers = against.officer.may(Permission::Register);
    let open = matches!(case.state, CaseState::Submitted | CaseState::Correction);
    let rows = record.materials.iter().map(|(id, since)| MaterialRow {
        id: id.clone(),
        name: fill::material_name(matter, id),
        received: since.is_some(),
        since: since
            .map(|day| phrase("material-received-on").with("day", day).to_string())
            .unwrap_or_default(),
        files: files(record, id),
    });
    CaseMaterials {
        shell,
        errors,
        id: case.id,
        number: case.number.clone(),
        applicant: case.application.applicant.clone(),
        revision: case.revision,
        missing: record
            .materials
            .iter()
            .filter(|(_, day)| day.is_none())
            .count(),
        records: registers && open,
        adds: registers && !case.state.is_ended(),
        rows: rows.collect(),
    }
}

fn files(record: &CaseRecord, material: &str) -> Vec<FileLink> {
    let files = record.files.iter().filter(|one| one.material == material);
    files
        .map(|one| {
            let picture = one.media == "image/jpeg";
            let kind = if picture { "JPEG" } else { "PDF" };
            FileLink {
                href: format!(
                    "/cases/{}/materials/{material}/files/{}",
                    record.case.id, one.sha256
                ),
                name: if one.name.is_empty() {
                    format::short_hash(&one.sha256)
                } else {
                    one.name.clone()
                },
                kind: format!("{kind} · {}", format::bytes(one.bytes)),
                picture,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_pdfs_and_pictures_come_in() {
        assert!(intake(b"%PDF-1.7\n...\n%%EOF\n").is_ok());
        for wrong in [&b"%PDF-1.7 cut"[..], b"<script>", b"", b"GIF89a......"] {
            assert!(intake(wrong).is_err());
        }
    }
}

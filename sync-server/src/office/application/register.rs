//! The form that registers an application.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use field_core::rules::{Library, Matter};

use super::fields::{self, Entered};
use crate::app::App;
use crate::auth::{Officer, Permission};
use crate::cases::{self, NewCase};
use crate::error::AppError;
use crate::office::page::{Fields, Page, on_page, shell, wrong};
use crate::office::paper::make;
use crate::office::view::{Choice, Errors, Place, Shell, filters};

/// The form. It keeps everything the clerk typed, whatever was wrong with it.
#[derive(Debug, Clone, Template)]
#[template(path = "application/register.html")]
pub struct ApplicationRegister {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub errors: Errors,
    /// The matter applied for, e.g. `机动车维修经营许可`.
    pub matter: String,
    /// What was typed.
    pub typed: Typed,
    /// Classes of repair business.
    pub classes: Vec<Choice>,
    /// Scopes by class; a script hides those of other classes.
    pub groups: Vec<ScopeGroup>,
    /// What else decides which items are checked, e.g. gas vehicles.
    pub features: Vec<Choice>,
    /// Materials every applicant brings.
    pub materials: Vec<Choice>,
    /// Materials of special cases, such as dangerous goods.
    pub special_materials: Vec<Choice>,
}

/// The scopes of one class.
#[derive(Debug, Clone)]
pub struct ScopeGroup {
    /// Id of the class.
    pub class: String,
    /// Name of the class.
    pub label: String,
    /// The class is the one chosen.
    pub shown: bool,
    /// The scopes.
    pub scopes: Vec<Choice>,
}

/// The free fields, as typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Name of the business.
    pub applicant: String,
    /// Unified social credit code.
    pub credit_code: String,
    /// Legal representative.
    pub representative: String,
    /// Who brings the papers.
    pub contact: String,
    /// Their telephone.
    pub phone: String,
    /// Where the shop is.
    pub address: String,
    /// Registered place, degrees north (WGS 84); may stay empty.
    pub latitude: String,
    /// Registered place, degrees east (WGS 84); may stay empty.
    pub longitude: String,
}

/// `GET /applications/new`
pub(crate) async fn page(
    State(app): State<App>,
    officer: Officer,
) -> Result<Page<ApplicationRegister>, AppError> {
    officer.require(Permission::Register)?;
    form(&app, &officer, Entered::default(), Errors::default()).map(Page)
}

/// `POST /applications`
pub(crate) async fn register(
    State(app): State<App>,
    officer: Officer,
    sent: Fields,
) -> Result<Response, AppError> {
    officer.require(Permission::Register)?;
    let entered = Entered::of(&sent);
    let library = app.library();
    let matter = open_matter(&app, &library)?;
    let application = match entered.application(matter) {
        Ok(application) => application,
        Err(errors) => return Ok(wrong(form(&app, &officer, entered, errors)?)),
    };
    let new = NewCase {
        matter: matter.id.clone(),
        received: fields::demanded(matter, &application, &entered.materials),
        application,
    };
    match cases::register(&app, &officer, new).await {
        Ok(case) => {
            make::soon(&app, &officer, case.id);
            let page = format!("/cases/{}?done=registered", case.id);
            Ok(Redirect::to(&page).into_response())
        }
        Err(error) => {
            let field = fields::field_of(&error);
            let errors = on_page(error, field)?;
            Ok(wrong(form(&app, &officer, entered, errors)?))
        }
    }
}

/// The matter that takes applications today.
fn open_matter<'a>(app: &App, library: &'a Library) -> Result<&'a Matter, AppError> {
    let today = app.clock.today();
    library
        .matters()
        .iter()
        .filter(|matter| matter.covers(today))
        .find_map(|matter| library.matter_in(&matter.id, &app.agency.division))
        .filter(|matter| matter.covers(today))
        .ok_or_else(|| AppError::Invalid {
            zh: format!("{today} 没有可以受理的事项：请管理员载入事项或核对业务日期"),
            en: format!("no matter takes applications on {today}"),
        })
}

fn form(
    app: &App,
    officer: &Officer,
    entered: Entered,
    errors: Errors,
) -> Result<ApplicationRegister, AppError> {
    let library = app.library();
    let matter = open_matter(app, &library)?;
    let features = fields::features(&library, matter, app.clock.today());
    let frame = shell(app, Some(officer), Place::Register);
    Ok(fields::form(frame, matter, &features, entered, errors))
}

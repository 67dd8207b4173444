//! Issuing: the number, the signed code and the paper of a granted permit, kept in one step.
//!
//! Setting a paper takes some hundred milliseconds, which the store's one writer does not have:
//! it is set for the number that will probably be next, and set again when another permit took it.

use field_core::rules::{Date, Matter};
use jiff::ToSpan;
use rusqlite::Transaction;
use serde_json::json;

use crate::app::{App, Poke};
use crate::auth::{Officer, Permission};
use crate::cases::{Action, Desk, Findings, Refusal};
use crate::error::AppError;
use crate::permit::{
    IssuedPermit, IssuerKey, PermitClaims, PermitCopy, PermitNumber, PermitSheet, SerialBlock,
    issue_paper,
};
use crate::store::cases::{self, Case};
use crate::store::decisions::{self, Permit};
use crate::store::keys::{self, ServerKey};
use crate::store::{StoreError, overview, serials};

/// The key of the permits' codes, as the store names its purpose.
pub(super) const PURPOSE: &str = "permit";
/// How often a number may be taken away in between; at one permit a second nobody needs two.
const TRIES: usize = 5;

/// Issues the permit of a granted case.
///
/// # Errors
/// Refused by the state machine; the paper cannot be set, with the reason.
pub(crate) async fn issue(
    app: &App,
    by: &Officer,
    number: &str,
    seen: Option<u32>,
) -> Result<Case, AppError> {
    by.require(Permission::Issue)?;
    let key = issuer_key(app).await?;
    for _ in 0..TRIES {
        let draft = draft(app, number).await?;
        let made = make(app, &draft, key.clone()).await?;
        if let Some(case) = keep(app, by, seen, draft, made).await? {
            app.poke(Poke::Case {
                case_id: case.id,
                doc: None,
            });
            return Ok(case);
        }
    }
    Err(StoreError::Busy.into())
}

/// What is to be printed, with the serial that is probably next.
struct Draft {
    case: Case,
    serial: u32,
    claims: PermitClaims,
}

/// The series from which repair shops' numbers come.
fn series(division: &str) -> String {
    format!("permit/{division}/03")
}

async fn draft(app: &App, number: &str) -> Result<Draft, AppError> {
    let (asked, kind) = (number.to_owned(), series(&app.agency.division));
    let (case, serial) = app
        .store
        .read(move |c| {
            Ok((
                cases::by_number(c, &asked)?,
                overview::next_serial(c, &kind)?,
            ))
        })
        .await?;
    let case = case.ok_or(AppError::NotFound { what: "业务件" })?;
    let desk = Desk::of(app);
    let matter = desk.matter(&case.matter)?;
    let claims = claims(app, &case, matter, serial)?;
    Ok(Draft {
        case,
        serial,
        claims,
    })
}

fn claims(app: &App, case: &Case, matter: &Matter, serial: u32) -> Result<PermitClaims, AppError> {
    let division: u32 = app
        .agency
        .division
        .parse()
        .map_err(|_| AppError::Internal("the agency's division is no number".to_owned()))?;
    let class = matter
        .class(&case.class)
        .ok_or_else(|| Refusal::NoConditions {
            class: case.class.clone(),
        })?;
    let today = app.clock.today();
    let name = |code: &String| {
        let scope = matter.scopes.iter().find(|scope| scope.code == *code);
        scope.map_or_else(|| code.clone(), |scope| scope.text.zh.clone())
    };
    Ok(PermitClaims {
        number: permit_number(&app.agency.permit_prefix, division, serial)?.to_string(),
        holder: case.application.applicant.clone(),
        class: class.text.zh.clone(),
        scopes: case.application.scopes.iter().map(name).collect(),
        valid_from: today,
        valid_until: class.validity_years.map(|years| last_day(today, years)),
        agency: app.agency.name.clone(),
        division,
        case_number: case.number.clone(),
        issued_on: today,
    })
}

fn permit_number(prefix: &str, division: u32, serial: u32) -> Result<PermitNumber, AppError> {
    let cannot = |error: &dyn std::fmt::Display| AppError::Invalid {
        zh: format!("不能编出许可证号（{error}）：请管理员核对机关的证号设置"),
        en: format!("no permit number can be made: {error}"),
    };
    let first = PermitNumber::first(prefix, division, SerialBlock::REPAIR);
    let first = first.map_err(|error| cannot(&error))?;
    let number = PermitNumber::new(prefix, division, first.serial() + serial - 1)
        .map_err(|error| cannot(&error))?;
    if number.block() != SerialBlock::REPAIR {
        return Err(cannot(&"本类证号已用完"));
    }
    Ok(number)
}

/// Six years from 2018-03-12 end on 2024-03-11.
fn last_day(first: Date, years: u32) -> Date {
    let years = i64::from(years);
    let next = first.saturating_add(years.years());
    next.saturating_sub(1.day())
}

async fn make(app: &App, draft: &Draft, key: IssuerKey) -> Result<IssuedPermit, AppError> {
    let application = &draft.case.application;
    let sheet = PermitSheet {
        copy: PermitCopy::Original,
        address: application.address.clone(),
        legal_representative: application.legal_representative.clone(),
        credit_code: application.credit_code.clone(),
        seal: None,
        // What a training installation issues has no force, and says so on the sheet.
        specimen: app.clock.is_training(),
    };
    let (claims, url, now) = (
        draft.claims.clone(),
        app.public_url.clone(),
        app.clock.now(),
    );
    tokio::task::spawn_blocking(move || issue_paper(&claims, &sheet, &key, &url, now))
        .await
        .map_err(|error| AppError::Internal(format!("the permit was not set: {error}")))?
        .map_err(|error| AppError::Invalid {
            zh: format!("证件不能制作：{error}"),
            en: format!("the permit cannot be made: {error}"),
        })
}

/// Takes the step and keeps the permit; none when the number was taken in between.
async fn keep(
    app: &App,
    by: &Officer,
    seen: Option<u32>,
    draft: Draft,
    made: IssuedPermit,
) -> Result<Option<Case>, AppError> {
    let (desk, user, by) = (Desk::of(app), by.id.clone(), by.actor(seen));
    let kind = series(&app.agency.division);
    app.store
        .transact(move |tx| {
            if overview::next_serial(tx, &kind)? != draft.serial {
                return Ok(None);
            }
            let case = cases::by_number(tx, &draft.case.number)?
                .ok_or(AppError::NotFound { what: "业务件" })?;
            let more = json!({ "number": draft.claims.number });
            let nothing = Findings::default();
            let taken = desk.take(tx, case, &Action::Issue, &by, nothing, more)?;
            serials::take(tx, &kind)?;
            let claims = serde_json::to_string(&draft.claims).map_err(StoreError::from)?;
            let permit = Permit {
                number: draft.claims.number,
                case_id: taken.case.id,
                holder: draft.claims.holder,
                valid_from: draft.claims.valid_from,
                valid_until: draft.claims.valid_until,
                claims,
                qr_text: made.link,
                pdf: made.pdf.bytes,
                issued_by: user,
                issued_at: desk.now_ms,
                issued_on: draft.claims.issued_on,
                revoked_on: None,
                suspended_on: None,
            };
            decisions::insert_permit(tx, &permit)?;
            Ok(Some(taken.case))
        })
        .await
}

/// The key that signs the codes; made when the first permit is issued.
async fn issuer_key(app: &App) -> Result<IssuerKey, AppError> {
    let now = app.clock.now_ms();
    let row = app.store.write(move |tx| current_key(tx, now)).await?;
    let unreadable = || StoreError::unreadable("server_keys.secret", "no private key");
    let pem = String::from_utf8(row.secret).map_err(|_| unreadable())?;
    Ok(IssuerKey::from_pkcs8_pem(&pem).map_err(|_| unreadable())?)
}

fn current_key(transaction: &Transaction<'_>, now: i64) -> Result<ServerKey, StoreError> {
    if let Some(row) = keys::current(transaction, PURPOSE)? {
        return Ok(row);
    }
    let key = IssuerKey::generate(&mut rand::rng());
    let failed = |error: &dyn std::fmt::Display| StoreError::unreadable("a new key", error);
    let pem = key.to_pkcs8_pem().map_err(|error| failed(&error))?;
    let row = ServerKey {
        key_id: key.public().id().to_vec(),
        secret: pem.as_bytes().to_vec(),
        public: serde_json::to_vec(&key.public().to_jwk())?,
        created_at: now,
        retired_at: None,
    };
    keys::insert(transaction, PURPOSE, &row)?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn six_years_end_the_day_before() {
        assert_eq!(last_day(date(2018, 3, 12), 6), date(2024, 3, 11));
        assert_eq!(last_day(date(2016, 2, 29), 3), date(2019, 2, 27));
    }

    #[test]
    fn numbers_stay_in_their_block() {
        let number = |serial| permit_number("浙交运管许可金字", 330_784, serial);
        let first = number(1).unwrap().to_string();
        assert_eq!(first, "浙交运管许可金字330784030001号");
        assert!(number(9_999).is_ok());
        assert!(number(10_000).is_err() && number(10_001).is_err());
        assert!(permit_number("", 330_784, 1).is_err());
    }
}

//! Tablets: an administrator makes a code, the tablet enrols with it once, then proves itself
//! with its key for tokens of an hour. An officer's key on a tablet is certified against the
//! officer's password. Bodies are JSON, binary fields base64url without padding.

use axum::Json;
use axum::extract::State;
use data_encoding::BASE64URL_NOPAD;
use field_core::identity::{OfficerCertificate, PublicKey, nonce_message};
use field_core::ids::DeviceId;
use rand::Rng;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::extract::{Device, Officer};
use super::{Access, Doors, Permission, attempts, sessions, token, users};
use crate::app::{App, Poke};
use crate::door::Peer;
use crate::error::AppError;
use crate::extract::{JsonBody, binary};
use crate::store::devices::{self, OfficerKey};
use crate::store::users::User;
use crate::store::{cases, history, inspections, scopes};

/// A code is good for a day.
const CODE_MS: i64 = 24 * 60 * 60 * 1000;
/// A nonce must be signed within two minutes.
const CHALLENGE_MS: i64 = 2 * 60 * 1000;
/// A token is good for an hour.
const TOKEN_MS: i64 = 60 * 60 * 1000;
const NAME_CHARS: usize = 40;

/// `POST /devices/enrol`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Enrol {
    /// As typed.
    pub code: String,
    /// The tablet's Ed25519 key.
    pub public_key: String,
}

/// The answer to [`Enrol`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The tablet's id, 32 hexadecimal digits.
    pub device: DeviceId,
    /// What the administrator called it.
    pub name: String,
    /// The server's Ed25519 key: receipts and certificates are checked against it from now on.
    pub server_key: String,
    /// The agency's name.
    pub agency: String,
}

/// `POST /devices/challenge`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Challenge {
    /// The tablet.
    pub device: DeviceId,
}

/// The answer to [`Challenge`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenged {
    /// 32 bytes to be signed as [`nonce_message`] says.
    pub nonce: String,
}

/// `POST /devices/token`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prove {
    /// The tablet.
    pub device: DeviceId,
    /// Its signature over the nonce.
    pub signature: String,
}

/// The answer to [`Prove`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// For `Authorization: Bearer …`.
    pub token: String,
    /// Unix milliseconds, server time.
    pub expires_ms: i64,
    /// Server time now, Unix milliseconds.
    pub server_ms: i64,
}

/// `POST /devices/officer-key`, with the tablet's token.
#[derive(Clone, Serialize, Deserialize)]
pub struct Certify {
    /// The officer's login.
    pub login: String,
    /// The officer's password; it stays on neither side.
    pub password: String,
    /// The officer's new Ed25519 key on this tablet.
    pub public_key: String,
}

/// The answer to [`Certify`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certified {
    /// The signed envelope of an [`OfficerCertificate`].
    pub certificate: String,
    /// User id.
    pub officer: String,
    /// Name.
    pub name: String,
    /// 执法证号
    pub card_number: Option<String>,
}

/// The routes of tablets before they can exchange.
#[must_use]
pub fn routes() -> Doors {
    Doors::new()
        .post("/devices/enrol", Access::Anybody, enrol_route)
        .post("/devices/challenge", Access::Anybody, challenge_route)
        .post("/devices/token", Access::Anybody, token_route)
        .post("/devices/officer-key", Access::Tablet, officer_key_route)
}

async fn enrol_route(
    State(app): State<App>,
    JsonBody(body): JsonBody<Enrol>,
) -> Result<Json<Enrolled>, AppError> {
    enrol(&app, &body).await.map(Json)
}

async fn challenge_route(
    State(app): State<App>,
    JsonBody(body): JsonBody<Challenge>,
) -> Result<Json<Challenged>, AppError> {
    challenge(&app, body.device).await.map(Json)
}

async fn token_route(
    State(app): State<App>,
    JsonBody(body): JsonBody<Prove>,
) -> Result<Json<Token>, AppError> {
    prove(&app, &body).await.map(Json)
}

async fn officer_key_route(
    State(app): State<App>,
    device: Device,
    peer: Peer,
    JsonBody(body): JsonBody<Certify>,
) -> Result<Json<Certified>, AppError> {
    certify(&app, peer, &device, body).await.map(Json)
}

/// Makes a code with which one tablet can enrol under `name`.
///
/// # Errors
/// Not an administrator, or the name is no good.
pub async fn new_code(app: &App, by: &Officer, name: &str) -> Result<String, AppError> {
    by.require(Permission::ManageTablets)?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_CHARS || name.chars().any(char::is_control) {
        return Err(AppError::Invalid {
            zh: "平板名称不能为空，且不超过 40 字".to_owned(),
            en: "a tablet's name has 1 to 40 characters".to_owned(),
        });
    }
    let code = token::fresh_code(&mut app.random.rng());
    let hash = token::hash(&token::normal_code(&code)).ok_or(AppError::Enrolment("code"))?;
    let (by_id, now) = (by.id.clone(), app.clock.now_ms());
    let event = users::event(app, Some(by), "new-enrolment-code", json!({ "name": name }));
    app.store
        .write(move |tx| {
            devices::insert_code(tx, &hash, &name, &by_id, now, now + CODE_MS)?;
            history::append(tx, &event)?;
            Ok(())
        })
        .await?;
    Ok(code)
}

/// Enrols a tablet. A tablet that did not hear the answer asks again with the same code and key
/// and gets the same one.
///
/// # Errors
/// [`AppError::Enrolment`].
pub async fn enrol(app: &App, body: &Enrol) -> Result<Enrolled, AppError> {
    let public_key: [u8; 32] = binary(&body.public_key)?;
    let code = token::hash(&token::normal_code(&body.code)).ok_or(AppError::Enrolment("code"))?;
    let now = app.clock.now_ms();
    let id = DeviceId::random(&mut app.random.rng());
    let event = users::event(app, None, "enrol-tablet", json!({ "device": id }));
    let device = app
        .store
        .transact(move |tx| {
            let known = devices::code(tx, &code)?.ok_or(AppError::Enrolment("code"))?;
            if let Some(earlier) = known.used_by {
                return devices::get(tx, earlier)?
                    .filter(|device| device.public_key == public_key)
                    .ok_or(AppError::Enrolment("code"));
            }
            if known.expires_at <= now {
                return Err(AppError::Enrolment("code"));
            }
            let device = devices::Device {
                id,
                name: known.device_name,
                public_key,
                enrolled_at: now,
                revoked_at: None,
                seen_at: None,
                heartbeat: None,
            };
            devices::insert(tx, &device).map_err(|error| {
                if error.is_duplicate() {
                    AppError::Enrolment("key")
                } else {
                    error.into()
                }
            })?;
            devices::use_code(tx, &code, id)?;
            history::append(tx, &event)?;
            Ok(device)
        })
        .await?;
    app.poke(Poke::Tablets);
    Ok(Enrolled {
        device: device.id,
        name: device.name,
        server_key: app.server_key.public().to_string(),
        agency: app.agency.name.clone(),
    })
}

/// A nonce for the tablet to sign.
///
/// # Errors
/// The tablet is unknown or revoked.
pub async fn challenge(app: &App, device: DeviceId) -> Result<Challenged, AppError> {
    let mut nonce = [0; 32];
    app.random.rng().fill_bytes(&mut nonce);
    let expires_at = app.clock.now_ms() + CHALLENGE_MS;
    app.store
        .transact(move |tx| {
            trusted(tx, device)?;
            devices::set_challenge(tx, device, &nonce, expires_at)?;
            Ok::<_, AppError>(())
        })
        .await?;
    Ok(Challenged {
        nonce: BASE64URL_NOPAD.encode(&nonce),
    })
}

/// A token for a tablet that signed its nonce; each nonce works once.
///
/// # Errors
/// The tablet is unknown or revoked, the signature wrong, the nonce used or old.
pub async fn prove(app: &App, body: &Prove) -> Result<Token, AppError> {
    let signature: [u8; 64] = binary(&body.signature)?;
    let (device, now) = (body.device, app.clock.now_ms());
    let fresh = token::fresh(&mut app.random.rng());
    let hash = token::hash(&fresh).ok_or(AppError::DeviceToken)?;
    let expires_at = now + TOKEN_MS;
    // The nonce must be used up even where the signature is wrong, so the refusal is a value
    // here and the transaction is kept.
    let proven = app
        .store
        .transact(move |tx| {
            let key = trusted(tx, device)?;
            let Some(nonce) = devices::take_challenge(tx, device, now)? else {
                return Ok::<_, AppError>(false);
            };
            let fits = key.verify(&nonce_message(&nonce), &signature).is_ok();
            if fits {
                devices::insert_token(tx, &hash, device, now, expires_at)?;
            }
            Ok(fits)
        })
        .await?;
    if !proven {
        return Err(AppError::Enrolment("signature"));
    }
    Ok(Token {
        token: fresh,
        expires_ms: expires_at,
        server_ms: now,
    })
}

fn trusted(transaction: &Transaction<'_>, device: DeviceId) -> Result<PublicKey, AppError> {
    match devices::get(transaction, device)? {
        // Whether a stranger's id exists is not said.
        None => Err(AppError::Enrolment("signature")),
        Some(device) if device.revoked_at.is_some() => Err(AppError::Enrolment("revoked")),
        Some(device) => Ok(PublicKey::from_bytes(device.public_key)),
    }
}

/// Certifies an officer's key on a tablet, and lets the officer's inspections enter it.
///
/// # Errors
/// Wrong password, no inspector, or the key is somebody else's.
pub async fn certify(
    app: &App,
    peer: Peer,
    device: &Device,
    body: Certify,
) -> Result<Certified, AppError> {
    let public_key: [u8; 32] = binary(&body.public_key)?;
    let user = sessions::check_password(app, peer, &body.login, body.password).await?;
    if !Permission::Inspect.is_given_to(&user.roles) {
        return Err(AppError::Forbidden(Permission::Inspect));
    }
    let now = app.clock.now_ms();
    let certificate = OfficerCertificate {
        officer: user.id.clone(),
        name: user.name.clone(),
        card_number: user.card_number.clone(),
        device: device.id,
        device_key: PublicKey::from_bytes(device.public_key),
        officer_key: PublicKey::from_bytes(public_key),
        issued_ms: now,
    };
    let key = OfficerKey {
        public_key,
        user_id: user.id.clone(),
        device: device.id,
        certificate: certificate.sign(&app.server_key).to_bytes(),
        created_at: now,
        revoked_at: None,
    };
    let officer = Officer::new(&user, String::new());
    let detail = json!({ "device": device.id, "key": certificate.officer_key.to_string() });
    let event = users::event(app, Some(&officer), "certify-officer-key", detail);
    let login = user.login.clone();
    let certificate = app
        .store
        .transact(move |tx| {
            attempts::succeeded(tx, &login, peer, now)?;
            if let Some(known) = devices::officer_key(tx, &key.public_key)? {
                let same = known.user_id == key.user_id && known.device == key.device;
                return if same && known.revoked_at.is_none() {
                    Ok(known.certificate)
                } else {
                    Err(AppError::Enrolment("key"))
                };
            }
            devices::insert_officer_key(tx, &key)?;
            history::append(tx, &event)?;
            enter_all(tx, &key)?;
            Ok(key.certificate)
        })
        .await?;
    app.poke(Poke::Tablets);
    Ok(certified(&user, &certificate))
}

fn certified(user: &User, certificate: &[u8]) -> Certified {
    Certified {
        certificate: BASE64URL_NOPAD.encode(certificate),
        officer: user.id.clone(),
        name: user.name.clone(),
        card_number: user.card_number.clone(),
    }
}

/// Everything the officer is assigned to enters the tablet.
fn enter_all(transaction: &Transaction<'_>, key: &OfficerKey) -> Result<(), AppError> {
    for case_id in cases::assigned_to(transaction, &key.user_id)? {
        if let Some(current) = inspections::of_case(transaction, case_id)?.last() {
            scopes::enter(transaction, key.device, current.doc)?;
        }
    }
    Ok(())
}

/// Revokes a tablet: from now on nothing it sends is admitted without an officer's word.
///
/// # Errors
/// Not an administrator, or there is no such tablet.
pub async fn revoke(app: &App, by: &Officer, device: DeviceId) -> Result<(), AppError> {
    by.require(Permission::ManageTablets)?;
    let now = app.clock.now_ms();
    let event = users::event(app, Some(by), "revoke-tablet", json!({ "device": device }));
    app.store
        .transact(move |tx| {
            devices::get(tx, device)?.ok_or(AppError::NotFound { what: "平板" })?;
            devices::revoke(tx, device, now)?;
            history::append(tx, &event)?;
            Ok::<_, AppError>(())
        })
        .await?;
    app.poke(Poke::Tablets);
    Ok(())
}

#[cfg(test)]
#[path = "devices_tests.rs"]
mod tests;

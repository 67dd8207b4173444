//! Tokens of tablets: a tablet signs the server's nonce with its key and gets a token for an hour,
//! which opens exchanges and uploads. Each comes with a link that the tablet shows at the next
//! renewal. Two tablets with one key cannot both hold the newest link, so a copy is found out at the
//! second renewal after it was made. A revoked tablet, or one found on two, gets a token with which it
//! may only hand over what it holds: into quarantine, never into the bin.

use axum::Json;
use axum::extract::State;
use data_encoding::BASE64URL_NOPAD;
use field_core::digest::Sha256;
use field_core::identity::{PublicKey, SigningKey, nonce_message};
use field_core::ids::DeviceId;
use rand::{CryptoRng, Rng};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Access, Doors, token, users};
use crate::app::{App, Poke};
use crate::error::AppError;
use crate::extract::{JsonBody, binary};
use crate::store::devices::{self, Chain};
use crate::store::history;
use crate::store::keys::{self, SERVER};

/// A nonce must be signed within two minutes.
pub(super) const CHALLENGE_MS: i64 = 2 * 60 * 1000;
/// A token is good for an hour.
pub(super) const TOKEN_MS: i64 = 60 * 60 * 1000;

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
    /// The link that came with its last token; absent at the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
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
    /// How the tablet stands.
    pub standing: Standing,
    /// To be shown at the next renewal; of two that came at once the one with the greater number
    /// before its dot.
    pub link: String,
}

/// How a tablet stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// As it should.
    Trusted,
    /// Revoked: what it sends goes to quarantine, and it gets nothing. It hands over what it holds,
    /// shows so, and is to be wiped.
    Revoked,
    /// Its key is on two tablets: what either sends goes to quarantine until the administrator has
    /// said which is which. Capturing goes on.
    Cloned,
}

impl Standing {
    fn of(device: &devices::Device) -> Self {
        if device.revoked_at.is_some() {
            Self::Revoked
        } else if device.cloned_at.is_some() {
            Self::Cloned
        } else {
            Self::Trusted
        }
    }
}

/// The routes of tablets that prove themselves.
pub(super) fn routes() -> Doors {
    Doors::new()
        .post("/devices/challenge", Access::Anybody, challenge_route)
        .post("/devices/token", Access::Anybody, token_route)
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

/// A nonce for the tablet to sign.
///
/// # Errors
/// The tablet is unknown.
pub async fn challenge(app: &App, device: DeviceId) -> Result<Challenged, AppError> {
    let mut nonce = [0; 32];
    rand::rng().fill_bytes(&mut nonce);
    let expires_at = app.clock.now_ms() + CHALLENGE_MS;
    app.store
        .transact(move |tx| {
            // Whether a stranger's id exists is not said.
            devices::get(tx, device)?.ok_or(AppError::Enrolment("signature"))?;
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
/// The tablet is unknown, the signature wrong, the nonce used or old, the link not one of ours.
pub async fn prove(app: &App, body: &Prove) -> Result<Token, AppError> {
    let signature: [u8; 64] = binary(&body.signature)?;
    let (device, now) = (body.device, app.clock.now_ms());
    let fresh = token::fresh(&mut rand::rng());
    let hash = token::hash(&fresh).ok_or(AppError::DeviceToken)?;
    let expires_at = now + TOKEN_MS;
    let (shown, signer) = (body.link.clone(), app.server_key.clone());
    let event = users::event(app, None, "tablet-on-two", json!({ "device": device }));
    // The nonce must be used up even where the signature is wrong, so the refusal is a value
    // here and the transaction is kept.
    let proven = app
        .store
        .transact(move |tx| {
            let known = devices::get(tx, device)?.ok_or(AppError::Enrolment("signature"))?;
            let Some(nonce) = devices::take_challenge(tx, device, now)? else {
                return Ok::<_, AppError>(None);
            };
            let key = PublicKey::from_bytes(known.public_key);
            if key.verify(&nonce_message(&nonce), &signature).is_err() {
                return Ok(None);
            }
            let shown = shown.map(|link| Link::read(tx, device, &link)).transpose()?;
            let chain = devices::chain(tx, device)?;
            let mut standing = Standing::of(&known);
            if standing == Standing::Trusted && !fits(&chain, shown.as_ref()) {
                devices::set_cloned(tx, device, now)?;
                history::append(tx, &event)?;
                standing = Standing::Cloned;
            }
            let newest = chain.seq.max(shown.as_ref().map_or(0, |link| link.seq));
            let link = Link::make(&signer, device, newest + 1, &mut rand::rng());
            if standing == Standing::Trusted {
                let chain = Chain {
                    seq: link.seq,
                    newest: Some(link.hash),
                    before: shown.map(|link| link.hash),
                };
                devices::set_chain(tx, device, &chain)?;
            }
            let leaving = standing != Standing::Trusted;
            devices::insert_token(tx, &hash, device, now, expires_at, leaving)?;
            Ok(Some((standing, link.text)))
        })
        .await?;
    let (standing, link) = proven.ok_or(AppError::Enrolment("signature"))?;
    if standing == Standing::Cloned {
        app.poke(Poke::Tablets);
    }
    Ok(Token {
        token: fresh,
        expires_ms: expires_at,
        server_ms: now,
        standing,
        link,
    })
}

/// Whether the tablet that shows this link is the one that was given the newest, or the one whose
/// last answer was lost. A link beyond the newest known comes from before the server was restored
/// from a backup: it was signed by this server all the same.
fn fits(chain: &Chain, shown: Option<&Link>) -> bool {
    let hash = shown.map(|link| link.hash);
    let is_newest = chain.newest.is_some() && chain.newest == hash;
    let is_before = chain.before == hash;
    is_newest || is_before || shown.is_some_and(|link| link.seq > chain.seq)
}

/// A link of the chain: `SEQ.RANDOM.SIGNATURE`.
struct Link {
    seq: u64,
    hash: [u8; 32],
    text: String,
}

impl Link {
    fn make(signer: &SigningKey, device: DeviceId, seq: u64, rng: &mut impl CryptoRng) -> Self {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let head = format!("{seq}.{}", BASE64URL_NOPAD.encode(&random));
        let signature = signer.sign(&message(device, &head));
        let text = format!("{head}.{}", BASE64URL_NOPAD.encode(&signature));
        Self {
            seq,
            hash: *Sha256::of(text.as_bytes()).as_bytes(),
            text,
        }
    }

    /// Reads a link that this server signed for this tablet, with its key of now or an earlier one.
    fn read(connection: &Connection, device: DeviceId, text: &str) -> Result<Self, AppError> {
        let refused = AppError::Enrolment("signature");
        let (head, signature) = text.rsplit_once('.').ok_or(refused.clone())?;
        let signature: [u8; 64] = binary(signature)?;
        let message = message(device, head);
        let ours = keys::all(connection, SERVER)?.iter().any(|key| {
            PublicKey::try_from(key.public.as_slice())
                .is_ok_and(|key| key.verify(&message, &signature).is_ok())
        });
        let seq = head.split('.').next().and_then(|seq| seq.parse().ok());
        match seq {
            Some(seq) if ours => Ok(Self {
                seq,
                hash: *Sha256::of(text.as_bytes()).as_bytes(),
                text: text.to_owned(),
            }),
            _ => Err(refused),
        }
    }
}

fn message(device: DeviceId, head: &str) -> Vec<u8> {
    [
        b"kanyan.link.1\0".as_slice(),
        device.as_bytes(),
        head.as_bytes(),
    ]
    .concat()
}

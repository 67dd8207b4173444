//! Who sends a request, as handlers ask for it.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use field_core::ids::DeviceId;

use super::{Permission, Role, token};
use crate::app::App;
use crate::cases::Actor;
use crate::error::AppError;
use crate::store::devices;
use crate::store::users::User;

/// A logged-in officer. As an argument of a handler it refuses everybody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// User id.
    pub id: String,
    /// What is typed to log in.
    pub login: String,
    /// What people read.
    pub name: String,
    /// What the officer was appointed for.
    pub roles: BTreeSet<Role>,
    /// What every form must carry as `csrf`; empty outside a browser's session.
    pub csrf: String,
}

impl Officer {
    pub(super) fn new(user: &User, csrf: String) -> Self {
        Self {
            id: user.id.clone(),
            login: user.login.clone(),
            name: user.name.clone(),
            roles: user.roles.clone(),
            csrf,
        }
    }

    /// Whether the officer may.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        permission.is_given_to(&self.roles)
    }

    /// Refuses an officer who may not.
    ///
    /// # Errors
    /// [`AppError::Forbidden`], which names who may.
    pub fn require(&self, permission: Permission) -> Result<(), AppError> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(AppError::Forbidden(permission))
        }
    }

    /// The officer as one who acts on a case, having seen it at `seen`.
    #[must_use]
    pub fn actor(&self, seen: Option<u32>) -> Actor {
        Actor::Officer {
            id: self.id.clone(),
            roles: self.roles.clone(),
            seen,
        }
    }
}

impl FromRequestParts<App> for Officer {
    type Rejection = AppError;

    /// The session was looked up by [`super::guard::session`]; nothing is read here.
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, AppError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(AppError::LoginRequired)
    }
}

/// An enrolled tablet with a valid token. As an argument of a handler it refuses everything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// What people call it.
    pub name: String,
    /// Ed25519.
    pub public_key: [u8; 32],
}

impl FromRequestParts<App> for Device {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let hash = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(token::hash)
            .ok_or(AppError::DeviceToken)?;
        let now = app.clock.now_ms();
        let device = app
            .store
            .read(move |c| devices::by_token(c, &hash, now))
            .await?
            .ok_or(AppError::DeviceToken)?;
        Ok(Self {
            id: device.id,
            name: device.name,
            public_key: device.public_key,
        })
    }
}

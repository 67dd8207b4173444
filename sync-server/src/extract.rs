//! Bodies as handlers want them, with our own errors instead of the framework's.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::{Form, Json};
use data_encoding::BASE64URL_NOPAD;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::AppError;

/// A JSON body.
#[derive(Debug, Clone, Copy)]
pub struct JsonBody<T>(pub T);

/// A form's body.
#[derive(Debug, Clone, Copy)]
pub struct FormBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = AppError;

    async fn from_request(request: Request, app: &App) -> Result<Self, AppError> {
        match Json::from_request(request, app).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(refuse(rejection.status(), rejection.body_text())),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<App> for FormBody<T> {
    type Rejection = AppError;

    async fn from_request(request: Request, app: &App) -> Result<Self, AppError> {
        match Form::from_request(request, app).await {
            Ok(Form(body)) => Ok(Self(body)),
            Err(rejection) => Err(refuse(rejection.status(), rejection.body_text())),
        }
    }
}

fn refuse(status: StatusCode, text: String) -> AppError {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        AppError::TooLarge
    } else {
        AppError::BadRequest(text)
    }
}

/// Binary fields of JSON bodies: base64url without padding.
///
/// # Errors
/// [`AppError::BadRequest`] for anything but `N` bytes.
pub fn binary<const N: usize>(text: &str) -> Result<[u8; N], AppError> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| AppError::BadRequest(format!("{N} bytes in base64url are expected")))
}

//! The one error of the server's services, and what people and programs are told about it: a
//! status, words in Chinese and English, and what to do next. Causes that help nobody outside go
//! to the log alone.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::auth::Permission;
use crate::cases::Refusal;
use crate::clock::ClockError;
use crate::config::ConfigError;
use crate::store::StoreError;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AppError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state machine of a case.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The business clock.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// No session, or it has ended.
    #[error("not logged in")]
    LoginRequired,
    /// Wrong login or password; which of them is not said.
    #[error("wrong login or password")]
    WrongLogin,
    /// A wrong code of the authenticator, or one that was used before.
    #[error("wrong code, or it was used before")]
    WrongCode,
    /// Too many wrong passwords in a row.
    #[error("locked for {seconds} s after wrong passwords")]
    LockedOut {
        /// How long to wait.
        seconds: u32,
    },
    /// More requests from one address or account than it may send.
    #[error("too many requests: wait {seconds} s")]
    TooMany {
        /// How long to wait.
        seconds: u32,
    },
    /// Logged in, but without the right.
    #[error("not permitted: {0:?}")]
    Forbidden(Permission),
    /// The form did not come from our page, or the page is old.
    #[error("the form's token does not fit the session")]
    Csrf,
    /// No valid device token.
    #[error("the tablet's token is missing, unknown or expired")]
    DeviceToken,
    /// An enrolment code, a key or a signature that is not accepted.
    #[error("the tablet was not accepted: {0}")]
    Enrolment(&'static str),
    /// Nothing is there.
    #[error("{what} does not exist")]
    NotFound {
        /// What was looked for, in Chinese.
        what: &'static str,
    },
    /// A request nobody's page sends.
    #[error("the request cannot be understood: {0}")]
    BadRequest(String),
    /// A value that cannot be taken, with words for whoever typed it.
    #[error("{en}")]
    Invalid {
        /// 中文
        zh: String,
        /// English
        en: String,
    },
    /// The body is larger than allowed.
    #[error("the request's body is too large")]
    TooLarge,
    /// `serve` on a data directory without an agency.
    #[error("this data directory was not set up: run `sync-server init` first")]
    NotInitialised,
    /// The certificate cannot be used.
    #[error("the server's certificate cannot be used: {0}")]
    Tls(String),
    /// The rules cannot be loaded.
    #[error("the rules cannot be loaded: {0}")]
    Rules(String),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}; choose another with --listen")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// The operating system's words.
        cause: String,
    },
    /// A defect; the cause is in the log.
    #[error("internal error: {0}")]
    Internal(String),
}

/// What is said about an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// HTTP status.
    #[serde(skip)]
    pub status: StatusCode,
    /// A short word for programs; never changes its meaning.
    pub code: &'static str,
    /// What happened and what to do.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// Seconds to wait before trying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// What is said, in both languages.
    #[must_use]
    pub fn new(
        status: StatusCode,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            zh: zh.into(),
            en: en.into(),
            retry_after: None,
        }
    }

    /// The words in the language of the request.
    #[must_use]
    pub fn said(&self) -> &str {
        match crate::locale::current() {
            crate::locale::Language::Chinese => &self.zh,
            crate::locale::Language::English => &self.en,
        }
    }

    /// What is said of an answer that has a status and nothing else.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        let (code, zh, en) = match status {
            StatusCode::NOT_FOUND => (
                "not-found",
                "页面不存在：请核对地址，或从首页进入",
                "nothing is here: check the address, or start from the first page",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method",
                "该地址不支持此操作：请从页面上的按钮办理",
                "this address does not take that method",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                "too-large",
                "提交的内容过大：请减少内容后重试",
                "the request's body is too large: send less",
            ),
            StatusCode::REQUEST_TIMEOUT => (
                "timeout",
                "请求超时：请重试，未完成的内容没有保存",
                "the request took too long: try again, nothing of it was kept",
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "media-type",
                "提交的格式不受支持",
                "this media type is not taken here",
            ),
            status if status.is_client_error() => (
                "bad-request",
                "请求无法识别：请返回页面重试",
                "the request cannot be understood: go back to the page and try again",
            ),
            _ => (
                "internal",
                "服务器内部错误：内容没有保存，请重试；仍有问题请联系管理员",
                "the server failed: nothing was kept, try again or tell the administrator",
            ),
        };
        Self::new(status, code, zh, en)
    }
}

impl AppError {
    /// What people and programs are told.
    #[must_use]
    pub fn problem(&self) -> Problem {
        use StatusCode as S;
        match self {
            Self::Store(error) => store_problem(error),
            Self::Refused(refusal) => refusal_problem(refusal),
            Self::LoginRequired => Problem::new(
                S::UNAUTHORIZED,
                "login-required",
                "请先登录：尚未登录或登录已过期",
                "log in first: there is no session, or it has ended",
            ),
            Self::WrongLogin => Problem::new(
                S::UNAUTHORIZED,
                "wrong-login",
                "用户名或密码不正确：请核对后重试",
                "wrong login or password: check both and try again",
            ),
            Self::WrongCode => Problem::new(
                S::UNAUTHORIZED,
                "wrong-code",
                "验证码不正确或已用过：请等验证器显示下一个验证码后再试",
                "wrong code, or it was used before: wait for the authenticator's next one",
            ),
            Self::LockedOut { seconds } => Problem {
                retry_after: Some(*seconds),
                ..Problem::new(
                    S::TOO_MANY_REQUESTS,
                    "locked-out",
                    format!("密码连续输错，已暂停登录：请 {seconds} 秒后再试，或请管理员重置密码"),
                    format!(
                        "too many wrong passwords: wait {seconds} s, or ask the administrator for a new one"
                    ),
                )
            },
            Self::TooMany { seconds } => Problem {
                retry_after: Some(*seconds),
                ..Problem::new(
                    S::TOO_MANY_REQUESTS,
                    "too-many",
                    format!("请求过于频繁，内容没有保存：请 {seconds} 秒后再试"),
                    format!("too many requests, nothing was kept: wait {seconds} s"),
                )
            },
            Self::Forbidden(permission) => refusal_problem(&Refusal::NotPermitted(*permission)),
            Self::Csrf => Problem::new(
                S::FORBIDDEN,
                "csrf",
                "页面已过期：请刷新页面后重新提交",
                "the page is out of date: reload it and send the form again",
            ),
            Self::DeviceToken => Problem::new(
                S::UNAUTHORIZED,
                "device-token",
                "平板的令牌无效或已过期：平板会自动重新取得；若平板已停用，请联系管理员",
                "the tablet's token is invalid or expired: fetch another; if the tablet was revoked, ask the administrator",
            ),
            Self::Enrolment(code) => enrolment_problem(code),
            Self::NotFound { what } => Problem::new(
                S::NOT_FOUND,
                "not-found",
                format!("{what}不存在：请核对后重试"),
                "it does not exist: check what you look for",
            ),
            Self::BadRequest(_) => Problem::of_status(S::BAD_REQUEST),
            Self::Invalid { zh, en } => {
                Problem::new(S::UNPROCESSABLE_ENTITY, "invalid", zh.clone(), en.clone())
            }
            Self::TooLarge => Problem::of_status(S::PAYLOAD_TOO_LARGE),
            Self::Config(_)
            | Self::Clock(_)
            | Self::NotInitialised
            | Self::Rules(_)
            | Self::Tls(_)
            | Self::Listen { .. }
            | Self::Internal(_) => Problem::of_status(S::INTERNAL_SERVER_ERROR),
        }
    }
}

fn refusal_problem(refusal: &Refusal) -> Problem {
    let status = match refusal {
        Refusal::NotPermitted(_) | Refusal::SystemOnly | Refusal::OwnInspection => {
            StatusCode::FORBIDDEN
        }
        Refusal::Field { .. }
        | Refusal::Reason { .. }
        | Refusal::NothingMissing
        | Refusal::UnknownMaterial { .. }
        | Refusal::NoItems
        | Refusal::Matter(_)
        | Refusal::Profile(_) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    };
    Problem::new(
        status,
        refusal.code(),
        refusal.to_string(),
        refusal.english(),
    )
}

fn store_problem(error: &StoreError) -> Problem {
    use StatusCode as S;
    match error {
        StoreError::DiskFull => Problem {
            retry_after: Some(60),
            ..Problem::new(
                S::INSUFFICIENT_STORAGE,
                "disk-full",
                "服务器磁盘已满，内容没有保存：请联系管理员清理空间后重试",
                "the server's disk is full, nothing was kept: ask the administrator to free space, then try again",
            )
        },
        StoreError::Busy | StoreError::Closed => Problem {
            retry_after: Some(5),
            ..Problem::new(
                S::SERVICE_UNAVAILABLE,
                "busy",
                "服务器正忙或正在重启，内容没有保存：请稍后重试",
                "the server is busy or restarting, nothing was kept: try again in a moment",
            )
        },
        StoreError::Missing { .. } => Problem::of_status(S::NOT_FOUND),
        _ => Problem::of_status(S::INTERNAL_SERVER_ERROR),
    }
}

fn enrolment_problem(code: &'static str) -> Problem {
    let (zh, en) = match code {
        "code" => (
            "登记码不正确、已使用或已过期：请管理员重新生成",
            "the enrolment code is wrong, used or expired: ask the administrator for another",
        ),
        "key" => (
            "平板的公钥不正确或已登记：请重新登记平板",
            "the public key is wrong or already enrolled: enrol the tablet anew",
        ),
        "revoked" => (
            "该平板已停用：请联系管理员",
            "the tablet was revoked: ask the administrator",
        ),
        _ => (
            "签名不正确或质询已过期：请重新取得质询",
            "the signature is wrong or the challenge has expired: ask for another",
        ),
    };
    Problem::new(StatusCode::FORBIDDEN, code, zh, en)
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let problem = self.problem();
        if problem.status.is_server_error() {
            tracing::error!(error = %self, code = problem.code, "a request failed");
        }
        problem.into_response()
    }
}

impl IntoResponse for Problem {
    /// JSON; the pages' layer finds the problem in the extensions and makes a page of it.
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(&self)).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

//! What a handler of tablets' requests answers when it does not do what was asked.

use axum::response::{IntoResponse, Response};

use crate::error::{AppError, Problem};
use crate::store::StoreError;

/// Why not.
#[derive(Debug)]
pub(crate) enum Failure {
    /// As everywhere.
    App(AppError),
    /// Something only tablets can do wrong.
    Problem(Problem),
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::App(error) => error.into_response(),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}
